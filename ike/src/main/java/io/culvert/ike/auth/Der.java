package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads and writes the few ASN.1 values that certificates, revocation lists, questions about them and key files are
/// made of, in DER. What reads gives a result for any octets.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5280#appendix-A RFC 5280 appendix A
public final class Der {
    /// The tag of an INTEGER.
    public static final int INTEGER = 0x02;

    /// The tag of an OCTET STRING.
    public static final int OCTET_STRING = 0x04;

    /// The tag of an OBJECT IDENTIFIER.
    public static final int OBJECT_IDENTIFIER = 0x06;

    /// The tag of a SEQUENCE.
    public static final int SEQUENCE = 0x30;

    private static final int BOOLEAN = 0x01;
    private static final int BIT_STRING = 0x03;
    private static final int UTC_TIME = 0x17;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int LAST_UTC_YEAR = 2049;

    private Der() {}

    /// One value: tag, length, content.
    public static Octets value(int tag, Octets content) {
        OctetsBuilder der = new OctetsBuilder(content.size() + 6).u8(tag);
        int size = content.size();
        if (size < 0x80) {
            der.u8(size);
        } else if (size < 0x100) {
            der.u8(0x81).u8(size);
        } else if (size < 0x10000) {
            der.u8(0x82).u16(size);
        } else {
            der.u8(0x84).u32(size);
        }
        return der.octets(content).build();
    }

    /// A SEQUENCE of whole values.
    public static Octets sequence(Octets... parts) {
        return value(SEQUENCE, Octets.concat(parts));
    }

    /// A SET of one whole value.
    public static Octets set(Octets part) {
        return value(0x31, part);
    }

    /// Context-specific tag `number` around a whole value.
    public static Octets explicit(int number, Octets inner) {
        return value(0xa0 | number, inner);
    }

    /// Context-specific tag `number` in place of a primitive value's own.
    public static Octets implicit(int number, Octets content) {
        return value(0x80 | number, content);
    }

    /// An INTEGER.
    public static Octets integer(long number) {
        return integer(BigInteger.valueOf(number));
    }

    /// An INTEGER of any size.
    public static Octets integer(BigInteger number) {
        return value(INTEGER, Octets.wrap(number.toByteArray()));
    }

    /// A BOOLEAN.
    public static Octets bool(boolean truth) {
        return value(BOOLEAN, Octets.of((byte) (truth ? 0xff : 0)));
    }

    /// An OCTET STRING.
    public static Octets octetString(Octets content) {
        return value(OCTET_STRING, content);
    }

    /// A bit string of whole octets.
    public static Octets bitString(Octets content) {
        return bitString(0, content);
    }

    /// A bit string.
    ///
    /// @param unusedBits how many low bits of the last octet do not count, 0 to 7
    public static Octets bitString(int unusedBits, Octets content) {
        return value(BIT_STRING, new OctetsBuilder().u8(unusedBits).octets(content).build());
    }

    /// The octets of text in ASCII, without a tag.
    public static Octets ia5(String text) {
        return Octets.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// An object identifier from its dotted form.
    public static Octets oid(String dotted) {
        String[] arcs = dotted.split("\\.", -1);
        OctetsBuilder content = new OctetsBuilder();
        arc(content, Integer.parseInt(arcs[0]) * 40L + Integer.parseInt(arcs[1]));
        for (int i = 2; i < arcs.length; i++) {
            arc(content, Long.parseLong(arcs[i]));
        }
        return value(OBJECT_IDENTIFIER, content.build());
    }

    private static void arc(OctetsBuilder content, long number) {
        int groups = Math.max(1, (64 - Long.numberOfLeadingZeros(number) + 6) / 7);
        for (int i = groups - 1; i >= 0; i--) {
            int bits = (int) (number >>> (7 * i)) & 0x7f;
            content.u8(i == 0 ? bits : bits | 0x80);
        }
    }

    /// A time: two-digit years until 2049, four-digit ones after, as RFC 5280 section 4.1.2.5 wants.
    public static Octets time(Instant instant) {
        boolean utc = instant.atZone(ZoneOffset.UTC).getYear() <= LAST_UTC_YEAR;
        String pattern = utc ? "yyMMddHHmmss'Z'" : "yyyyMMddHHmmss'Z'";
        String text =
                DateTimeFormatter.ofPattern(pattern, Locale.ROOT)
                        .withZone(ZoneOffset.UTC)
                        .format(instant);
        return value(utc ? UTC_TIME : GENERALIZED_TIME, ia5(text));
    }

    /// One value as read.
    ///
    /// @param tag its tag
    /// @param content its content
    public record Node(int tag, Octets content) {
        /// The values inside a constructed one; nothing if they are malformed.
        public Optional<List<Node>> children() {
            return Der.read(content);
        }
    }

    /// All values in `octets`, one after another; nothing if they are malformed.
    public static Optional<List<Node>> read(Octets octets) {
        List<Node> nodes = new ArrayList<>();
        int at = 0;
        while (at < octets.size()) {
            if (octets.size() - at < 2) {
                return Optional.empty();
            }
            int tag = octets.u8(at);
            long length = octets.u8(at + 1);
            int header = 2;
            if (length >= 0x80) {
                int lengthOctets = (int) length - 0x80;
                if (lengthOctets == 0
                        || lengthOctets > 4
                        || octets.size() - at < 2 + lengthOctets) {
                    return Optional.empty();
                }
                length = 0;
                for (int i = 0; i < lengthOctets; i++) {
                    length = (length << 8) | octets.u8(at + 2 + i);
                }
                header += lengthOctets;
            }
            if (length > octets.size() - at - header) {
                return Optional.empty();
            }
            int end = at + header + (int) length;
            nodes.add(new Node(tag, octets.slice(at + header, end)));
            at = end;
        }
        return Optional.of(nodes);
    }

    /// The content of the one value that `octets` are, if they are one with this tag.
    public static Optional<Octets> only(Octets octets, int tag) {
        return read(octets)
                .filter(nodes -> nodes.size() == 1 && nodes.getFirst().tag() == tag)
                .map(nodes -> nodes.getFirst().content());
    }

    /// The dotted form of an object identifier's content; nothing if it is malformed, or has a number beyond 2^31.
    public static Optional<String> dotted(Octets content) {
        StringBuilder text = new StringBuilder();
        long number = 0;
        for (int i = 0; i < content.size(); i++) {
            number = (number << 7) | (content.u8(i) & 0x7f);
            if (number > Integer.MAX_VALUE) {
                return Optional.empty();
            }
            if (content.u8(i) < 0x80) {
                long first = Math.min(number / 40, 2);
                text.append(text.isEmpty() ? first + "." + (number - 40 * first) : "." + number);
                number = 0;
            } else if (i == content.size() - 1) {
                return Optional.empty();
            }
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(text.toString());
    }
}
