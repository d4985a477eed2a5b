package io.culvert.ike.transport;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;

/// Tells apart what shares a UDP port: IKE behind a marker, ESP, keepalives.
///
/// @spec https://www.rfc-editor.org/rfc/rfc3948#section-2 RFC 3948 section 2
public final class DatagramFramer {
    /// The octets of the non-ESP marker, all zero, where ESP has its SPI.
    public static final int MARKER_OCTETS = 4;

    /// A NAT keepalive.
    public static final Octets KEEPALIVE = Octets.of((byte) 0xff);

    private DatagramFramer() {}

    /// What a datagram is.
    public enum Kind {
        /// An IKE message.
        IKE,
        /// An ESP packet.
        ESP,
        /// One octet 0xFF, which refreshed a NAT's mapping and is done.
        KEEPALIVE,
        /// Too short for anything.
        MEANINGLESS
    }

    /// What the payload of a datagram is.
    ///
    /// @param nonEspMarker whether the port is shared with ESP
    public static Kind kind(PacketBuffer datagram, boolean nonEspMarker) {
        int length = datagram.length();
        if (!nonEspMarker) {
            return length < StreamFramer.IKE_HEADER_OCTETS ? Kind.MEANINGLESS : Kind.IKE;
        }
        if (length < MARKER_OCTETS) {
            return length == 1 && datagram.u8(0) == 0xff ? Kind.KEEPALIVE : Kind.MEANINGLESS;
        }
        if (datagram.u32(0) != 0) {
            return Kind.ESP;
        }
        return length < MARKER_OCTETS + StreamFramer.IKE_HEADER_OCTETS
                ? Kind.MEANINGLESS
                : Kind.IKE;
    }

    /// A copy of the IKE message in a datagram of [Kind#IKE].
    public static Octets ike(PacketBuffer datagram, boolean nonEspMarker) {
        Octets payload = datagram.toOctets();
        return nonEspMarker ? payload.slice(MARKER_OCTETS) : payload;
    }

    /// The payload of a datagram that carries an IKE message.
    public static Octets payload(Octets message, boolean nonEspMarker) {
        if (!nonEspMarker) {
            return message;
        }
        return new OctetsBuilder(MARKER_OCTETS + message.size()).u32(0).octets(message).build();
    }
}
