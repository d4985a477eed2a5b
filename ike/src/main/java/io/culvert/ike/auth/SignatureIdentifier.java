package io.culvert.ike.auth;

import io.culvert.ipsec.crypto.SignatureScheme;
import io.culvert.ipsec.value.Octets;
import java.util.Optional;

/// The DER AlgorithmIdentifier and the hash number of each signature scheme, as method 14 carries them (IK-084).
///
/// @spec https://www.rfc-editor.org/rfc/rfc7427#appendix-A RFC 7427 appendix A
enum SignatureIdentifier {
    ED25519(SignatureScheme.ED25519, 5, "300506032b6570"),
    ED448(SignatureScheme.ED448, 5, "300506032b6571"),
    ECDSA_SHA2_256(SignatureScheme.ECDSA_SHA2_256, 2, "300a06082a8648ce3d040302"),
    ECDSA_SHA2_384(SignatureScheme.ECDSA_SHA2_384, 3, "300a06082a8648ce3d040303"),
    ECDSA_SHA2_512(SignatureScheme.ECDSA_SHA2_512, 4, "300a06082a8648ce3d040304"),
    RSA_PSS_SHA2_256(SignatureScheme.RSA_PSS_SHA2_256, 2, pss("01", "20")),
    RSA_PSS_SHA2_384(SignatureScheme.RSA_PSS_SHA2_384, 3, pss("02", "30")),
    RSA_PSS_SHA2_512(SignatureScheme.RSA_PSS_SHA2_512, 4, pss("03", "40")),
    RSA_PKCS1_SHA2_256(SignatureScheme.RSA_PKCS1_SHA2_256, 2, pkcs1("0b")),
    RSA_PKCS1_SHA2_384(SignatureScheme.RSA_PKCS1_SHA2_384, 3, pkcs1("0c")),
    RSA_PKCS1_SHA2_512(SignatureScheme.RSA_PKCS1_SHA2_512, 4, pkcs1("0d")),
    RSA_PKCS1_SHA1(SignatureScheme.RSA_PKCS1_SHA1, 1, pkcs1("05"));

    private final SignatureScheme scheme;
    private final int hash;
    private final String der;

    SignatureIdentifier(SignatureScheme scheme, int hash, String der) {
        this.scheme = scheme;
        this.hash = hash;
        this.der = der;
    }

    static SignatureIdentifier of(SignatureScheme scheme) {
        for (SignatureIdentifier candidate : values()) {
            if (candidate.scheme == scheme) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("no AlgorithmIdentifier for " + scheme);
    }

    static Optional<SignatureIdentifier> ofDer(Octets identifier) {
        String hex = identifier.toHex();
        for (SignatureIdentifier candidate : values()) {
            if (candidate.der.equals(hex)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    SignatureScheme scheme() {
        return scheme;
    }

    /// The number in SIGNATURE_HASH_ALGORITHMS.
    int hash() {
        return hash;
    }

    Octets der() {
        return Octets.ofHex(der);
    }

    private static String pkcs1(String last) {
        return "300d06092a864886f70d0101" + last + "0500";
    }

    private static String pss(String hash, String saltOctets) {
        String hashIdentifier = "300d0609608648016503040" + "2" + hash + "0500";
        return "304106092a864886f70d01010a3034"
                + "a00f"
                + hashIdentifier
                + "a11c301a06092a864886f70d010108"
                + hashIdentifier
                + "a2030201"
                + saltOctets;
    }
}
