package io.culvert.app.relay;

import io.culvert.ipsec.value.Octets;

/// What the header of an IKE message tells to somebody without keys.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.1 RFC 7296 section 3.1
final class IkeLook {
    private static final int VERSION_OFFSET = 17;
    private static final int FLAGS_OFFSET = 19;
    private static final int LENGTH_OFFSET = 24;
    private static final int RESPONSE_FLAG = 0x20;

    private IkeLook() {}

    /// Whether it is a request; IKEv1 does not tell.
    static boolean isRequest(Octets message) {
        return majorVersion(message) >= 2 && (message.u8(FLAGS_OFFSET) & RESPONSE_FLAG) == 0;
    }

    /// Whether version and length are such that it may be IKE, and not any datagram.
    static boolean isWhole(Octets message) {
        int version = majorVersion(message);
        return (version == 1 || version == 2) && message.u32(LENGTH_OFFSET) == message.size();
    }

    private static int majorVersion(Octets message) {
        return message.u8(VERSION_OFFSET) >>> 4;
    }
}
