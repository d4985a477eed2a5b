package io.culvert.esp.engine;

import static io.culvert.esp.engine.EspLayout.FIXED_TRAILER_OCTETS;

import io.culvert.ipsec.packet.PacketBuffer;

/// Padding, Pad Length and Next Header behind a payload.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4303#section-2.4 RFC 4303 section 2.4
final class EspTrailer {
    private static final int MALFORMED = -1;

    private EspTrailer() {}

    /// Appends `padding` octets 1, 2, 3 …, their number, and `nextHeader`.
    static void append(PacketBuffer packet, int padding, int nextHeader) {
        int payload = packet.length();
        packet.range(packet.start(), payload + padding + FIXED_TRAILER_OCTETS);
        for (int i = 1; i <= padding; i++) {
            packet.putU8(payload + i - 1, i);
        }
        packet.putU8(payload + padding, padding);
        packet.putU8(payload + padding + 1, nextHeader);
    }

    /// Cuts the trailer off.
    ///
    /// @param packet at least two octets
    /// @param checkPadding whether padding other than 1, 2, 3 … is an error
    /// @return the Next Header, or a negative number if the padding is wrong
    static int strip(PacketBuffer packet, boolean checkPadding) {
        int end = packet.length() - FIXED_TRAILER_OCTETS;
        int padding = packet.u8(end);
        int nextHeader = packet.u8(end + 1);
        int payload = end - padding;
        if (payload < 0) {
            return MALFORMED;
        }
        if (checkPadding) {
            for (int i = 1; i <= padding; i++) {
                if (packet.u8(payload + i - 1) != i) {
                    return MALFORMED;
                }
            }
        }
        packet.range(packet.start(), payload);
        return nextHeader;
    }
}
