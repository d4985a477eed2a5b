package io.culvert.ike.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.Octets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("ECDSA signatures in DER and in fixed width (IK-082, RFC 4754)")
class EcdsaSignatureTest {
    @ParameterizedTest
    @CsvSource({
        // the numbers fill their width
        "7f010203 11121314, 300c 0204 7f010203 0204 11121314",
        // a number with its highest bit set needs a zero before it in DER
        "80000000 ffffffff, 300e 0205 0080000000 0205 00ffffffff",
        // leading zeros are not in DER, but are in fixed width
        "00000001 00008000, 3008 0201 01 0203 008000",
        "000000ff 00000000, 3007 0202 00ff 0201 00",
    })
    void bothForms(String fixed, String der) {
        Octets inFixedWidth = Octets.ofHex(fixed);
        Octets inDer = Octets.ofHex(der);
        assertThat(EcdsaSignature.toDer(inFixedWidth)).isEqualTo(inDer);
        assertThat(EcdsaSignature.toFixed(inDer, 4)).contains(inFixedWidth);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "30",
                "3000",
                "3081",
                "308100",
                "3006 0201 01 0201",
                "3006 0201 01 0201 02 00",
                "3007 0201 01 0201 02 00",
                "3005 0201 01 0201 02",
                "3106 0201 01 0201 02",
                "3006 0301 01 0201 02",
                "3006 0201 01 0401 02",
                "3003 0201 01",
                "3005 0200 0201 02",
                "300a 0205 0100000000 0201 02",
                "300b 0206 000100000000 0201 02",
                "3006 0201 80 0201 02",
                "ffffffff",
            })
    @DisplayName("DER that is malformed, or whose numbers are too long, has no fixed width")
    void malformed(String der) {
        assertThat(EcdsaSignature.toFixed(Octets.ofHex(der), 4)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 48, 66})
    @DisplayName("any fixed-width signature survives the way through DER")
    void roundTrip(int width) {
        Gen<Octets> numbers =
                Gen.both(
                        Gen.ints(0, width),
                        Gen.octets(width, width),
                        (zeros, octets) ->
                                Octets.concat(
                                        Octets.wrap(new byte[zeros]),
                                        octets.slice(0, width - zeros)));
        Properties.forAll(
                numbers,
                numbers,
                (r, s) -> {
                    Octets fixed = Octets.concat(r, s);
                    Octets der = EcdsaSignature.toDer(fixed);
                    assertThat(EcdsaSignature.toFixed(der, width)).contains(fixed);
                });
    }

    @Test
    @DisplayName("any octets are DER or are not, without an exception")
    void anyOctets() {
        Gen<Octets> almostDer =
                Gen.both(
                        Gen.octets(0, 3),
                        Gen.octets(0, 12),
                        (header, rest) -> Octets.concat(Octets.ofHex("30"), header, rest));
        Properties.forAll(
                2000,
                almostDer,
                octets ->
                        EcdsaSignature.toFixed(octets, 4)
                                .ifPresent(fixed -> assertThat(fixed.size()).isEqualTo(8)));
    }
}
