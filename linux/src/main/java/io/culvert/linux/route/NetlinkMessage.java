package io.culvert.linux.route;

import io.culvert.ipsec.value.Octets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One message of netlink as the kernel sends it. Numbers are in the byte order of the machine.
///
/// @param type what it is about, such as [#ERROR]
/// @param flags bits such as [#MULTI]
/// @param sequence the number of the request it answers
/// @param payload what follows the header
record NetlinkMessage(int type, int flags, int sequence, Octets payload) {
    /// An error or, with number 0, an acknowledgement.
    static final int ERROR = 2;

    /// The end of a dump.
    static final int DONE = 3;

    /// Flag: one of several messages, of which [#DONE] is the last.
    static final int MULTI = 0x02;

    /// Flag: what is dumped changed meanwhile, so that entries may be missing.
    static final int DUMP_INTERRUPTED = 0x10;

    /// Flag of an error: the payload of the request is not repeated.
    static final int CAPPED = 0x100;

    /// Flag of an error: attributes that explain it follow.
    static final int ERROR_ATTRIBUTES = 0x200;

    /// The octets of a message header: length, type, flags, sequence, port.
    static final int HEADER = 16;

    /// The octets of an attribute header: length, type.
    static final int ATTRIBUTE_HEADER = 4;

    private static final int ATTRIBUTE_TYPE = 0x3fff;
    private static final int EXPLANATION = 1;

    /// Reads all whole messages; what does not look like one ends the reading.
    static List<NetlinkMessage> decodeAll(Octets octets) {
        List<NetlinkMessage> messages = new ArrayList<>();
        ByteBuffer in = octets.asByteBuffer().order(ByteOrder.nativeOrder());
        int at = 0;
        while (octets.size() - at >= HEADER) {
            int length = in.getInt(at);
            if (length < HEADER || length > octets.size() - at) {
                break;
            }
            messages.add(
                    new NetlinkMessage(
                            in.getShort(at + 4) & 0xffff,
                            in.getShort(at + 6) & 0xffff,
                            in.getInt(at + 8),
                            octets.slice(at + HEADER, at + length)));
            at = Math.min(align(length) + at, octets.size());
        }
        return List.copyOf(messages);
    }

    /// The attributes behind `fixed` octets of payload; of a repeated one the last.
    Map<Integer, Octets> attributes(int fixed) {
        Map<Integer, Octets> attributes = new HashMap<>();
        ByteBuffer in = payload.asByteBuffer().order(ByteOrder.nativeOrder());
        int at = align(fixed);
        while (payload.size() - at >= ATTRIBUTE_HEADER) {
            int length = in.getShort(at) & 0xffff;
            if (length < ATTRIBUTE_HEADER || length > payload.size() - at) {
                break;
            }
            int type = in.getShort(at + 2) & ATTRIBUTE_TYPE;
            attributes.put(type, payload.slice(at + ATTRIBUTE_HEADER, at + length));
            at = Math.min(at + align(length), payload.size());
        }
        return Map.copyOf(attributes);
    }

    /// The error number of an [#ERROR] message, 0 for an acknowledgement.
    int errorNumber() {
        return payload.size() < 4 ? 0 : -number(payload.slice(0, 4));
    }

    /// The words that the kernel adds to an error.
    Optional<String> explanation() {
        if ((flags & ERROR_ATTRIBUTES) == 0 || payload.size() < 4 + HEADER) {
            return Optional.empty();
        }
        // The header of the request is repeated; its payload only where it is not capped.
        int repeated =
                (flags & CAPPED) != 0 ? HEADER : Math.max(HEADER, number(payload.slice(4, 8)));
        if (repeated > payload.size() - 4) {
            return Optional.empty();
        }
        return Optional.ofNullable(attributes(4 + repeated).get(EXPLANATION))
                .map(NetlinkMessage::text);
    }

    /// A 32-bit number, 0 if there are not 4 octets.
    static int number(Octets octets) {
        return octets.size() == 4
                ? octets.asByteBuffer().order(ByteOrder.nativeOrder()).getInt()
                : 0;
    }

    /// Characters up to the first zero.
    static String text(Octets octets) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < octets.size() && octets.u8(i) != 0; i++) {
            text.append((char) octets.u8(i));
        }
        return text.toString();
    }

    /// The next multiple of 4.
    static int align(int octets) {
        return octets + 3 & ~3;
    }
}
