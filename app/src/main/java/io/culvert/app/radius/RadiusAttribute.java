package io.culvert.app.radius;

import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One attribute of a RADIUS packet.
///
/// @spec https://www.rfc-editor.org/rfc/rfc2865#section-5 RFC 2865 section 5
/// @param type the number of its type
/// @param value at most 253 octets
record RadiusAttribute(int type, Octets value) {
    static final int USER_NAME = 1;
    static final int NAS_IP_ADDRESS = 4;
    static final int SERVICE_TYPE = 6;
    static final int FRAMED_MTU = 12;
    static final int REPLY_MESSAGE = 18;
    static final int STATE = 24;
    static final int VENDOR_SPECIFIC = 26;
    static final int CALLING_STATION_ID = 31;
    static final int NAS_IDENTIFIER = 32;
    static final int NAS_PORT_TYPE = 61;
    static final int EAP_MESSAGE = 79;
    static final int MESSAGE_AUTHENTICATOR = 80;
    static final int NAS_IPV6_ADDRESS = 95;

    static final int HEADER_OCTETS = 2;
    static final int MOST_OCTETS = 253;

    private static final int IPV4_OCTETS = 4;

    /// Checks the length.
    RadiusAttribute {
        if (value.size() > MOST_OCTETS) {
            throw new IllegalArgumentException(
                    "attribute " + type + " of " + value.size() + " octets");
        }
    }

    /// Text in UTF-8.
    static RadiusAttribute text(int type, String text) {
        return new RadiusAttribute(type, Octets.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// A number of 32 bits.
    static RadiusAttribute number(int type, int number) {
        return new RadiusAttribute(
                type,
                Octets.of(
                        (byte) (number >>> 24),
                        (byte) (number >>> 16),
                        (byte) (number >>> 8),
                        (byte) number));
    }

    /// The address from which the packet is sent.
    static RadiusAttribute nasAddress(InetAddress address) {
        Octets octets = Octets.wrap(address.getAddress());
        return new RadiusAttribute(
                octets.size() == IPV4_OCTETS ? NAS_IP_ADDRESS : NAS_IPV6_ADDRESS, octets);
    }

    /// An EAP packet, in as many attributes as it takes.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc3579#section-3.1 RFC 3579 section 3.1
    static List<RadiusAttribute> eapMessage(Octets packet) {
        List<RadiusAttribute> pieces = new ArrayList<>();
        for (int at = 0; at < packet.size(); at += MOST_OCTETS) {
            int end = Math.min(at + MOST_OCTETS, packet.size());
            pieces.add(new RadiusAttribute(EAP_MESSAGE, packet.slice(at, end)));
        }
        return pieces;
    }

    /// How long it is when encoded.
    int size() {
        return HEADER_OCTETS + value.size();
    }
}
