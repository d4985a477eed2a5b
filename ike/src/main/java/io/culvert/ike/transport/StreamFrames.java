package io.culvert.ike.transport;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.nio.charset.StandardCharsets;

/// Puts messages into the form that a stream carries; [StreamFramer] is the other direction.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9329#section-3 RFC 9329 section 3
public final class StreamFrames {
    /// What the TCP originator sends first on every connection with [StreamFraming#TCP_ENCAPSULATION] (TE-001).
    public static final Octets PREFIX = Octets.wrap("IKETCP".getBytes(StandardCharsets.US_ASCII));

    /// The octets of the length in front of each frame, which it counts too.
    public static final int LENGTH_OCTETS = 2;

    /// The octets of the largest IKE message that fits in a frame with its marker (TE-007).
    public static final int MAX_FRAMED_IKE_OCTETS =
            0xffff - LENGTH_OCTETS - DatagramFramer.MARKER_OCTETS;

    private StreamFrames() {}

    /// An IKE message as the stream carries it, without the stream prefix.
    ///
    /// @throws IllegalArgumentException if the framing has no room for a message so large (TE-007)
    public static Octets ike(StreamFraming framing, Octets message) {
        return switch (framing) {
            case IKE_TCP -> message;
            case TCP_ENCAPSULATION -> encapsulated(message);
        };
    }

    /// Puts the length in front of an ESP packet, in place.
    ///
    /// @throws IllegalArgumentException if a frame has no room for a packet so large
    /// @throws IndexOutOfBoundsException if the buffer has no two octets of headroom
    public static void frameEsp(PacketBuffer packet) {
        int length = LENGTH_OCTETS + packet.length();
        if (length > 0xffff) {
            throw new IllegalArgumentException(
                    "an ESP packet of " + packet.length() + " octets does not fit in a frame");
        }
        packet.growFront(LENGTH_OCTETS);
        packet.putU16(0, length);
    }

    private static Octets encapsulated(Octets message) {
        if (message.size() > MAX_FRAMED_IKE_OCTETS) {
            throw new IllegalArgumentException(
                    "an IKE message of " + message.size() + " octets does not fit in a frame");
        }
        int length = LENGTH_OCTETS + DatagramFramer.MARKER_OCTETS + message.size();
        return new OctetsBuilder(length).u16(length).u32(0).octets(message).build();
    }
}
