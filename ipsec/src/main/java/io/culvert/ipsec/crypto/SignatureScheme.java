package io.culvert.ipsec.crypto;

/// A signature algorithm with its hash, as the AUTH payload names it.
///
/// ECDSA signatures are DER sequences here; the fixed-width form of RFC 4754 is a matter of the AUTH payload.
/// PSS has a salt as long as its hash and MGF1 of the same hash.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7427#appendix-A RFC 7427 appendix A
public enum SignatureScheme {
    /// RSASSA-PKCS1-v1_5 with SHA-1; only for old peers, off by default.
    RSA_PKCS1_SHA1,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RSA_PKCS1_SHA2_256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RSA_PKCS1_SHA2_384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RSA_PKCS1_SHA2_512,
    /// RSASSA-PSS with SHA-256.
    RSA_PSS_SHA2_256,
    /// RSASSA-PSS with SHA-384.
    RSA_PSS_SHA2_384,
    /// RSASSA-PSS with SHA-512.
    RSA_PSS_SHA2_512,
    /// ECDSA with SHA-256.
    ECDSA_SHA2_256,
    /// ECDSA with SHA-384.
    ECDSA_SHA2_384,
    /// ECDSA with SHA-512.
    ECDSA_SHA2_512,
    /// Ed25519, RFC 8420.
    ED25519,
    /// Ed448, RFC 8420.
    ED448
}
