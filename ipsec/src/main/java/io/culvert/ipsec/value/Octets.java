package io.culvert.ipsec.value;

import java.util.Arrays;
import java.util.HexFormat;

/// An immutable string of octets with value equality.
///
/// Used wherever a byte array would leak mutability into a record. Not for secrets: see [KeyMaterial].
/// Ordering is that of unsigned octets from the left, a proper prefix being lower, which is how
/// RFC 7296 compares the nonces of colliding exchanges.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.8.1 RFC 7296 section 2.8.1
public final class Octets implements Comparable<Octets> {
    /// No octets at all.
    public static final Octets EMPTY = new Octets(new byte[0], 0, 0);

    private static final HexFormat HEX = HexFormat.of();
    private static final int SHOWN = 32;

    private final byte[] array;
    private final int from;
    private final int size;

    private Octets(byte[] array, int from, int size) {
        this.array = array;
        this.from = from;
        this.size = size;
    }

    /// A copy of `octets`.
    public static Octets of(byte... octets) {
        return octets.length == 0 ? EMPTY : new Octets(octets.clone(), 0, octets.length);
    }

    /// A copy of `length` octets of `source`, starting at `offset`.
    ///
    /// @throws IndexOutOfBoundsException if the range is not inside the array
    public static Octets copyOf(byte[] source, int offset, int length) {
        java.util.Objects.checkFromIndexSize(offset, length, source.length);
        return length == 0
                ? EMPTY
                : new Octets(Arrays.copyOfRange(source, offset, offset + length), 0, length);
    }

    /// Takes over `owned` without a copy. The caller promises never to touch the array again.
    public static Octets wrap(byte[] owned) {
        return owned.length == 0 ? EMPTY : new Octets(owned, 0, owned.length);
    }

    /// Reads hexadecimal digits; white space and colons between octets are skipped.
    ///
    /// @throws IllegalArgumentException if anything else is found
    public static Octets ofHex(String hex) {
        return wrap(HEX.parseHex(hex.replaceAll("[\\s:]", "")));
    }

    /// All `parts` one after another.
    public static Octets concat(Octets... parts) {
        int total = 0;
        for (Octets part : parts) {
            total = Math.addExact(total, part.size);
        }
        byte[] joined = new byte[total];
        int at = 0;
        for (Octets part : parts) {
            System.arraycopy(part.array, part.from, joined, at, part.size);
            at += part.size;
        }
        return wrap(joined);
    }

    /// The number of octets.
    public int size() {
        return size;
    }

    /// Whether there are no octets.
    public boolean isEmpty() {
        return size == 0;
    }

    /// The unsigned octet at `index`.
    public int u8(int index) {
        java.util.Objects.checkIndex(index, size);
        return array[from + index] & 0xff;
    }

    /// The big-endian 16-bit number at `index`.
    public int u16(int index) {
        return u8(index) << 8 | u8(index + 1);
    }

    /// The big-endian 32-bit number at `index`, unsigned.
    public long u32(int index) {
        return (long) u16(index) << 16 | u16(index + 2);
    }

    /// The big-endian 64-bit number at `index`.
    public long u64(int index) {
        return u32(index) << 32 | u32(index + 4);
    }

    /// The octets from `start` (inclusive) to `end` (exclusive), sharing storage.
    public Octets slice(int start, int end) {
        java.util.Objects.checkFromToIndex(start, end, size);
        return start == end ? EMPTY : new Octets(array, from + start, end - start);
    }

    /// The octets from `start` to the end, sharing storage.
    public Octets slice(int start) {
        return slice(start, size);
    }

    /// Whether these octets begin with `prefix`.
    public boolean startsWith(Octets prefix) {
        return prefix.size <= size && slice(0, prefix.size).equals(prefix);
    }

    /// A fresh array of these octets.
    public byte[] toArray() {
        return Arrays.copyOfRange(array, from, from + size);
    }

    /// Copies all octets into `target` at `offset`.
    public void copyTo(byte[] target, int offset) {
        System.arraycopy(array, from, target, offset, size);
    }

    /// A read-only view for channels.
    public java.nio.ByteBuffer asByteBuffer() {
        return java.nio.ByteBuffer.wrap(array, from, size).slice().asReadOnlyBuffer();
    }

    /// All octets as lower-case hexadecimal digits, uncut.
    public String toHex() {
        return HEX.formatHex(array, from, from + size);
    }

    @Override
    public int compareTo(Octets other) {
        return Arrays.compareUnsigned(
                array, from, from + size, other.array, other.from, other.from + other.size);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Octets other
                && Arrays.equals(
                        array, from, from + size, other.array, other.from, other.from + other.size);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = from; i < from + size; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    /// Hexadecimal digits of the first 32 octets, then the total size if there are more.
    @Override
    public String toString() {
        String shown = HEX.formatHex(array, from, from + Math.min(size, SHOWN));
        return size <= SHOWN ? shown : shown + "… (" + size + " octets)";
    }
}
