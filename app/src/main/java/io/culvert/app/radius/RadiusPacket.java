package io.culvert.app.radius;

import io.culvert.ipsec.value.Octets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A RADIUS packet.
///
/// @spec https://www.rfc-editor.org/rfc/rfc2865#section-3 RFC 2865 section 3
/// @param code what it is, such as [#ACCESS_REQUEST]
/// @param identifier matches answers to requests, 0 to 255
/// @param authenticator 16 octets: random in a request, a hash with the secret in an answer
/// @param attributes in the order of the packet
record RadiusPacket(
        int code, int identifier, Octets authenticator, List<RadiusAttribute> attributes) {
    static final int ACCESS_REQUEST = 1;
    static final int ACCESS_ACCEPT = 2;
    static final int ACCESS_REJECT = 3;
    static final int ACCESS_CHALLENGE = 11;

    static final int HEADER_OCTETS = 20;
    static final int AUTHENTICATOR_OCTETS = 16;

    /// The most that a packet may have.
    static final int MOST_OCTETS = 4096;

    /// Where the authenticator starts.
    static final int AUTHENTICATOR_AT = 4;

    /// Copies the list.
    RadiusPacket {
        attributes = List.copyOf(attributes);
    }

    /// Reads a packet; empty if it is none. What follows its own length is padding, and ignored.
    static Optional<RadiusPacket> decode(Octets datagram) {
        if (datagram.size() < HEADER_OCTETS) {
            return Optional.empty();
        }
        int size = datagram.u16(2);
        if (size < HEADER_OCTETS || size > MOST_OCTETS || size > datagram.size()) {
            return Optional.empty();
        }
        List<RadiusAttribute> attributes = new ArrayList<>();
        int at = HEADER_OCTETS;
        while (at < size) {
            int left = size - at;
            int length = left < RadiusAttribute.HEADER_OCTETS ? 0 : datagram.u8(at + 1);
            if (length < RadiusAttribute.HEADER_OCTETS || length > left) {
                return Optional.empty();
            }
            attributes.add(
                    new RadiusAttribute(
                            datagram.u8(at),
                            datagram.slice(at + RadiusAttribute.HEADER_OCTETS, at + length)));
            at += length;
        }
        return Optional.of(
                new RadiusPacket(
                        datagram.u8(0),
                        datagram.u8(1),
                        datagram.slice(AUTHENTICATOR_AT, HEADER_OCTETS),
                        attributes));
    }

    /// How long it is when encoded. More than [#MOST_OCTETS] must not be sent.
    int size() {
        return HEADER_OCTETS + attributes.stream().mapToInt(RadiusAttribute::size).sum();
    }

    /// The packet as it is sent.
    byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(size());
        out.put((byte) code).put((byte) identifier).putShort((short) size());
        out.put(authenticator.asByteBuffer());
        for (RadiusAttribute attribute : attributes) {
            out.put((byte) attribute.type()).put((byte) attribute.size());
            out.put(attribute.value().asByteBuffer());
        }
        return out.array();
    }

    /// The values of all attributes of a type.
    List<Octets> all(int type) {
        return attributes.stream()
                .filter(a -> a.type() == type)
                .map(RadiusAttribute::value)
                .toList();
    }

    /// The value of the first attribute of a type.
    Optional<Octets> first(int type) {
        return all(type).stream().findFirst();
    }
}
