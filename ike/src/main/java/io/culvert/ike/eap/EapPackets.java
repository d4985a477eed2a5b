package io.culvert.ike.eap;

import io.culvert.ike.wire.Eap;
import io.culvert.ipsec.value.Octets;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/// Builds requests and responses, and takes them apart.
///
/// @spec https://www.rfc-editor.org/rfc/rfc3748#section-5 RFC 3748 section 5
final class EapPackets {
    /// "Who are you?"
    static final int IDENTITY = 1;

    /// Something to tell a person.
    static final int NOTIFICATION = 2;

    /// "Another method, please."
    static final int NAK = 3;

    /// EAP-TLS.
    static final int TLS = 13;

    /// EAP-MSCHAPv2.
    static final int MSCHAPV2 = 26;

    /// The least that every EAP peer can take in one packet.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc3748#section-3.1 RFC 3748 section 3.1
    static final int MTU_OCTETS = 1020;

    private static final int HEADER_OCTETS = 5;
    private static final int MOST_NAME_OCTETS = 253;
    private static final int DER_SEQUENCE = 0x30;

    private EapPackets() {}

    static Eap request(int identifier, int type, Octets body) {
        return packet(Eap.REQUEST, identifier, type, body);
    }

    static Eap response(int identifier, int type, Octets body) {
        return packet(Eap.RESPONSE, identifier, type, body);
    }

    private static Eap packet(int code, int identifier, int type, Octets body) {
        int size = HEADER_OCTETS + body.size();
        byte[] octets = new byte[size];
        ByteBuffer.wrap(octets)
                .put((byte) code)
                .put((byte) identifier)
                .putShort((short) size)
                .put((byte) type);
        body.copyTo(octets, HEADER_OCTETS);
        return new Eap(Octets.wrap(octets));
    }

    /// What follows the type of a request or response.
    static Octets body(Eap packet) {
        return packet.message().slice(HEADER_OCTETS);
    }

    /// A name as it goes over the wire.
    static Octets name(String name) {
        return Octets.wrap(name.getBytes(StandardCharsets.UTF_8));
    }

    /// A name that came over the wire: text, or a distinguished name in DER; empty if it is neither.
    ///
    /// RFC 3748 lets a NUL and options follow, which are no part of the name.
    static Optional<String> name(Octets octets) {
        if (octets.isEmpty() || octets.size() > MOST_NAME_OCTETS) {
            return Optional.empty();
        }
        if (octets.u8(0) == DER_SEQUENCE
                && octets.size() > 2
                && octets.u8(1) == octets.size() - 2) {
            try {
                return Optional.of(
                        new X500Principal(octets.toArray()).getName(X500Principal.RFC2253));
            } catch (IllegalArgumentException notDer) {
                return Optional.empty();
            }
        }
        CharBuffer text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(octets.asByteBuffer());
        } catch (CharacterCodingException notText) {
            return Optional.empty();
        }
        String whole = text.toString();
        int end = whole.indexOf('\0');
        String name = end < 0 ? whole : whole.substring(0, end);
        boolean readable = name.codePoints().noneMatch(Character::isISOControl);
        return readable && !name.isBlank() ? Optional.of(name) : Optional.empty();
    }
}
