package io.culvert.ike.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.crypto.SignatureScheme;
import io.culvert.ipsec.value.Octets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("AlgorithmIdentifiers (IK-084)")
class SignatureIdentifierTest {
    @ParameterizedTest
    @CsvSource({
        "RSA_PKCS1_SHA1, 1, 300d06092a864886f70d0101050500",
        "RSA_PKCS1_SHA2_256, 2, 300d06092a864886f70d01010b0500",
        "RSA_PKCS1_SHA2_384, 3, 300d06092a864886f70d01010c0500",
        "RSA_PKCS1_SHA2_512, 4, 300d06092a864886f70d01010d0500",
        "ECDSA_SHA2_256, 2, 300a06082a8648ce3d040302",
        "ECDSA_SHA2_384, 3, 300a06082a8648ce3d040303",
        "ECDSA_SHA2_512, 4, 300a06082a8648ce3d040304",
        "ED25519, 5, 300506032b6570",
        "ED448, 5, 300506032b6571",
        "RSA_PSS_SHA2_256, 2, 304106092a864886f70d01010a3034a00f300d0609608648016503040201"
                + "0500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120",
        "RSA_PSS_SHA2_384, 3, 304106092a864886f70d01010a3034a00f300d0609608648016503040202"
                + "0500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130",
        "RSA_PSS_SHA2_512, 4, 304106092a864886f70d01010a3034a00f300d0609608648016503040203"
                + "0500a11c301a06092a864886f70d010108300d06096086480165030402030500a203020140",
    })
    void table(SignatureScheme scheme, int hash, String der) {
        SignatureIdentifier identifier = SignatureIdentifier.of(scheme);
        assertThat(identifier.der()).isEqualTo(Octets.ofHex(der));
        assertThat(identifier.hash()).isEqualTo(hash);
        assertThat(SignatureIdentifier.ofDer(Octets.ofHex(der))).contains(identifier);
        assertThat(identifier.scheme()).isEqualTo(scheme);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("every scheme has an identifier")
    void every(SignatureScheme scheme) {
        assertThat(SignatureIdentifier.of(scheme).scheme()).isEqualTo(scheme);
    }

    @Test
    @DisplayName("PSS with another salt length or mask hash is not known")
    void otherParameters() {
        Octets pss = SignatureIdentifier.RSA_PSS_SHA2_256.der();
        for (int i = 0; i < pss.size(); i++) {
            byte[] changed = pss.toArray();
            changed[i] ^= 1;
            assertThat(SignatureIdentifier.ofDer(Octets.wrap(changed)))
                    .as("octet %s changed", i)
                    .isEmpty();
        }
    }
}
