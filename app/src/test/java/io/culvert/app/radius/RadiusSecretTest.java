package io.culvert.app.radius;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The accepts were sent by FreeRADIUS 3.2.1, whose log told the keys.
@DisplayName("What the secret of RADIUS does")
class RadiusSecretTest {
    private static final RadiusSecret LAB = secret("a secret of the lab");

    /// An Access-Accept, the authenticator of its request, and the keys in it.
    enum Accept {
        TLS(
                "f4ac41d9ec2d023decf8a86c37ed62cb",
                """
                029e00b3ad057c0f02164b80aacd5173a44fe67b1a3a00000137113486e02d0601e0d1a686fdcdabb646c673\
                afbb95fb001e0ec738eb2655365156b5d4907ed490125db4c49b589cd8040e448e611a3a0000013710348e02\
                45866005ac5355af5cc83c5bf376776374a93758d0231c9f65dc7dc8afae5184c4a529c62bbb0365f2ae3714\
                cf5d65554f0603180004501208f6eb98f53c08b1412415daf2b237100113616c696365406578616d706c652e\
                6f7267\
                """,
                "58388eb2d5cffbca54b667021c2a9b79a82b25af11aeb90695ca3d2e11002c8e",
                "de1bbab7bdf69fa64a2134f1e8a18ca85c6b56e9a9d7295d7ebcf7a1589910ce"),
        MSCHAPV2(
                "67d275aa1cf1ac96a57c2d321a355ad7",
                """
                024d00ab4188600a483b00c9b0037c32a612b7141a0c000001370706000000011a0c000001370806000000061a\
                2a0000013710248028a4cc1c8684e405f32ff8af9ac4170d59ea6ebc714147d74591efd9ed00edfe441a2a0000\
                0137112488184bb9053a6136955ca956869e4d9f8f7dfd9bddb772059b69d7fe7c5bf9a326bb4f060311000450\
                12978f864750a3a5f5bf08d8aa29b6b88c0113616c696365406578616d706c652e6f7267\
                """,
                "46c838797fbd72b3aeffa83c5a2d9fde",
                "a45179ae32db6c69b76aafdfa77c7de7");

        private final String requestAuthenticator;
        private final String packet;
        private final String keys;

        Accept(String requestAuthenticator, String packet, String receiving, String sending) {
            this.requestAuthenticator = requestAuthenticator;
            this.packet = packet;
            this.keys = receiving + sending;
        }

        Octets requestAuthenticator() {
            return Octets.ofHex(requestAuthenticator);
        }

        RadiusPacket packet() {
            return RadiusPacket.decode(Octets.ofHex(packet)).orElseThrow();
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("an accept of FreeRADIUS proves the secret, and holds its keys (E14-5, E14-7)")
    void accept(Accept accept) {
        assertThat(LAB.proves(accept.packet(), accept.requestAuthenticator())).isTrue();

        KeyMaterial msk =
                LAB.masterSessionKey(accept.packet(), accept.requestAuthenticator()).orElseThrow();

        assertThat(Octets.wrap(msk.expose()))
                .isEqualTo(Octets.ofHex(accept.keys + "00".repeat(64 - accept.keys.length() / 2)));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("with another secret, or for another request, it proves nothing (E14-5)")
    void othersAccept(Accept accept) {
        Octets other = Octets.wrap(new byte[16]);

        assertThat(secret("another").proves(accept.packet(), accept.requestAuthenticator()))
                .isFalse();
        assertThat(LAB.proves(accept.packet(), other)).isFalse();
        // a wrong stream leaves a length that is none; where it does not, AUTH of IKE fails
        assertThat(LAB.masterSessionKey(accept.packet(), other)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("one key of the two is none (E14-7)")
    void half(Accept accept) {
        for (int vendorType : new int[] {16, 17}) {
            List<RadiusAttribute> without =
                    accept.packet().attributes().stream()
                            .filter(a ->
                                    a.type() != RadiusAttribute.VENDOR_SPECIFIC
                                            || a.value().u8(4) != vendorType)
                            .toList();
            assertThat(without).hasSize(accept.packet().attributes().size() - 1);
            assertThat(LAB.masterSessionKey(with(accept, without), accept.requestAuthenticator()))
                    .isEmpty();
        }
    }

    @Test
    @DisplayName("keys of different lengths are none (E14-7)")
    void lengths() {
        RadiusPacket request =
                new RadiusPacket(
                        RadiusPacket.ACCESS_REQUEST, 1, Octets.wrap(new byte[16]), List.of());
        for (int second : new int[] {15, 16, 17, 32, 33}) {
            RadiusPacket accept =
                    new RadiusPacket(
                            RadiusPacket.ACCESS_ACCEPT,
                            1,
                            Octets.wrap(new byte[16]),
                            List.of(
                                    FakeRadius.key(request, 16, new byte[16]),
                                    FakeRadius.key(request, 17, new byte[second])));
            assertThat(
                            secret(FakeRadius.SECRET)
                                    .masterSessionKey(accept, request.authenticator())
                                    .isPresent())
                    .isEqualTo(second == 16);
        }
    }

    @Test
    @DisplayName("the mark of a request is that of RFC 5997 section 6.1 (E14-4)")
    void published() {
        RadiusPacket query =
                new RadiusPacket(
                        12,
                        0xda,
                        Octets.ofHex("8a54f4686fb394c52866e302185d0623"),
                        List.of(
                                new RadiusAttribute(
                                        RadiusAttribute.MESSAGE_AUTHENTICATOR,
                                        Octets.wrap(new byte[16]))));

        assertThat(Octets.wrap(secret("xyzzy5461").seal(query)))
                .isEqualTo(
                        Octets.ofHex(
                                "0cda00268a54f4686fb394c52866e302185d0623"
                                        + "50125a665e2e1e8411f3e243822097c84fa3"));
    }

    private static RadiusPacket with(Accept accept, List<RadiusAttribute> attributes) {
        return new RadiusPacket(
                accept.packet().code(),
                accept.packet().identifier(),
                accept.packet().authenticator(),
                attributes);
    }

    private static RadiusSecret secret(String text) {
        return secret(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static RadiusSecret secret(byte[] octets) {
        return new RadiusSecret(KeyMaterial.wrap("secret", octets.clone()));
    }
}
