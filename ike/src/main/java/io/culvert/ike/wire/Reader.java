package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;

/// Reads fields from octets one after another. What is not there is [InvalidSyntax], never an index error.
final class Reader {
    private final Octets octets;
    private int at;

    Reader(Octets octets) {
        this.octets = octets;
    }

    int remaining() {
        return octets.size() - at;
    }

    boolean hasMore() {
        return at < octets.size();
    }

    int u8(String what) throws InvalidSyntax {
        return octets.u8(advance(1, what));
    }

    int u16(String what) throws InvalidSyntax {
        return octets.u16(advance(2, what));
    }

    long u32(String what) throws InvalidSyntax {
        return octets.u32(advance(4, what));
    }

    Octets take(int count, String what) throws InvalidSyntax {
        int start = advance(count, what);
        return octets.slice(start, start + count);
    }

    Octets rest() {
        Octets rest = octets.slice(at);
        at = octets.size();
        return rest;
    }

    /// A reader of the next `count` octets alone.
    Reader part(int count, String what) throws InvalidSyntax {
        return new Reader(take(count, what));
    }

    void requireEnd(String what) throws InvalidSyntax {
        if (hasMore()) {
            throw new InvalidSyntax(
                    MalformedReason.TRAILING_OCTETS,
                    remaining() + " octets are left behind " + what);
        }
    }

    private int advance(int count, String what) throws InvalidSyntax {
        if (count < 0 || count > remaining()) {
            throw new InvalidSyntax(
                    MalformedReason.TRUNCATED,
                    what + " needs " + count + " octets, there are " + remaining());
        }
        int start = at;
        at += count;
        return start;
    }
}
