package io.culvert.ike.auth;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import javax.security.auth.x500.X500Principal;

/// Who a peer says it is: the type and data of an Identification payload.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.5 RFC 7296 section 3.5
/// @param type the ID type on the wire
/// @param data the identification data
public record Identity(int type, Octets data) {
    /// An IPv4 address.
    public static final int ID_IPV4_ADDR = 1;

    /// A fully qualified domain name.
    public static final int ID_FQDN = 2;

    /// An e-mail address.
    public static final int ID_RFC822_ADDR = 3;

    /// An IPv6 address.
    public static final int ID_IPV6_ADDR = 5;

    /// An X.500 distinguished name in DER.
    public static final int ID_DER_ASN1_DN = 9;

    /// Any octets.
    public static final int ID_KEY_ID = 11;

    /// Nobody in particular, for who stays anonymous (RFC 7619).
    public static final int ID_NULL = 13;

    /// Who stays anonymous.
    public static final Identity NULL = new Identity(ID_NULL, Octets.EMPTY);

    /// A name that EAP proved. Zero is reserved on the wire: no peer can say to be one.
    private static final int EAP_NAME = 0;

    /// Reads an identity as people write it: an address, `name@domain`, a distinguished name (`CN=…, O=…`),
    /// `keyid:` with text, `@#` with hexadecimal digits for a key ID, or otherwise a domain name, which an `@`
    /// in front makes explicit.
    ///
    /// @throws IllegalArgumentException if the text is empty or a malformed distinguished name
    public static Identity parse(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("an identity is not empty");
        }
        if (text.startsWith("@#")) {
            return new Identity(ID_KEY_ID, Octets.ofHex(text.substring(2)));
        }
        if (text.startsWith("keyid:")) {
            return new Identity(ID_KEY_ID, utf8(text.substring("keyid:".length())));
        }
        if (text.startsWith("@")) {
            return new Identity(ID_FQDN, utf8(text.substring(1)));
        }
        if (text.contains("=")) {
            return new Identity(ID_DER_ASN1_DN, Octets.of(new X500Principal(text).getEncoded()));
        }
        if (text.contains("@")) {
            return new Identity(ID_RFC822_ADDR, utf8(text));
        }
        try {
            return of(IpPrefix.parseAddress(text));
        } catch (IllegalArgumentException notAnAddress) {
            return new Identity(ID_FQDN, utf8(text));
        }
    }

    /// The identity that an address is.
    public static Identity of(InetAddress address) {
        byte[] octets = address.getAddress();
        return new Identity(octets.length == 4 ? ID_IPV4_ADDR : ID_IPV6_ADDR, Octets.wrap(octets));
    }

    /// Who has proved by EAP to be `name`; never equal to an identity of IKE.
    public static Identity ofEap(String name) {
        return new Identity(EAP_NAME, utf8(name));
    }

    /// As people write it; octets that are no text are shown in hexadecimal.
    @Override
    public String toString() {
        return switch (type) {
            case ID_FQDN, ID_RFC822_ADDR, EAP_NAME -> printable();
            case ID_IPV4_ADDR, ID_IPV6_ADDR ->
                    data.size() == 4 || data.size() == 16
                            ? IpPrefix.address(data.toArray()).getHostAddress()
                            : "malformed address " + data;
            case ID_DER_ASN1_DN -> distinguishedName();
            case ID_KEY_ID -> "@#" + data.toHex();
            case ID_NULL -> "%null";
            default -> "type " + type + " " + data;
        };
    }

    private String printable() {
        String text = new String(data.toArray(), StandardCharsets.UTF_8);
        return text.chars().allMatch(c -> c >= ' ' && c != 0x7f) ? text : "@#" + data.toHex();
    }

    private String distinguishedName() {
        try {
            return new X500Principal(data.toArray()).getName(X500Principal.RFC2253);
        } catch (IllegalArgumentException malformed) {
            return "malformed name " + data;
        }
    }

    private static Octets utf8(String text) {
        return Octets.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
