package io.culvert.ike.exchange;

/// In which exchange two peers use a post-quantum pre-shared key.
public enum PpkMode {
    /// In none.
    NONE,
    /// In IKE_AUTH: it protects what comes after it.
    IKE_AUTH,
    /// In IKE_INTERMEDIATE: it protects IKE_AUTH, too.
    IKE_INTERMEDIATE
}
