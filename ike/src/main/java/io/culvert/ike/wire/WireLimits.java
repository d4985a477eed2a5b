package io.culvert.ike.wire;

/// What a decoder accepts at most. Every list is checked against these before it grows, and no count that a message
/// announces is ever used to reserve memory.
///
/// @param messageOctets octets of one message
/// @param payloads payloads of one chain, notifications and certificates included
/// @param proposals proposals of one SA payload
/// @param transforms transforms of one SA payload, all proposals together
/// @param attributes attributes of one transform
/// @param spis SPIs of one Delete payload
/// @param configurationAttributes attributes of one Configuration payload
public record WireLimits(
        int messageOctets,
        int payloads,
        int proposals,
        int transforms,
        int attributes,
        int spis,
        int configurationAttributes) {
    // 1 MiB: what a stream peer that is authenticated may send (IT-003); a datagram has less
    // anyway.
    private static final int MESSAGE_OCTETS = 1_048_576;
    // IKE_AUTH with a long certificate chain and every extension has some forty.
    private static final int PAYLOADS = 256;
    // Peers that list every combination of groups send some thirty.
    private static final int PROPOSALS = 128;
    // 128 proposals of 16 transforms; one proposal can have 255 by its format.
    private static final int TRANSFORMS = 2048;
    // One is defined.
    private static final int ATTRIBUTES = 16;
    // More Child SAs than this are deleted in several messages.
    private static final int SPIS = 4096;
    // Split tunnels name each network and domain.
    private static final int CONFIGURATION_ATTRIBUTES = 1024;

    /// The limits that are used unless a caller has its own.
    public static final WireLimits DEFAULT =
            new WireLimits(
                    MESSAGE_OCTETS,
                    PAYLOADS,
                    PROPOSALS,
                    TRANSFORMS,
                    ATTRIBUTES,
                    SPIS,
                    CONFIGURATION_ATTRIBUTES);
}
