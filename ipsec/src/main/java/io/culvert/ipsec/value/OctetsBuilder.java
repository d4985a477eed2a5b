package io.culvert.ipsec.value;

import java.util.Arrays;

/// Writes big-endian numbers and octet strings one after another, then gives them as [Octets].
///
/// Grows as needed. For one thread; build once.
public final class OctetsBuilder {
    private byte[] array;
    private int size;

    /// An empty builder with room for a typical IKE message.
    public OctetsBuilder() {
        this(512);
    }

    /// An empty builder with room for `capacity` octets before it has to grow.
    public OctetsBuilder(int capacity) {
        array = new byte[Math.max(capacity, 16)];
    }

    /// Appends the low 8 bits of `value`.
    public OctetsBuilder u8(int value) {
        ensure(1);
        array[size++] = (byte) value;
        return this;
    }

    /// Appends the low 16 bits of `value`.
    public OctetsBuilder u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    /// Appends the low 32 bits of `value`.
    public OctetsBuilder u32(long value) {
        return u16((int) (value >>> 16)).u16((int) value);
    }

    /// Appends all 64 bits of `value`.
    public OctetsBuilder u64(long value) {
        return u32(value >>> 32).u32(value);
    }

    /// Appends `octets`.
    public OctetsBuilder octets(Octets octets) {
        ensure(octets.size());
        octets.copyTo(array, size);
        size += octets.size();
        return this;
    }

    /// Appends `octets`.
    public OctetsBuilder octets(byte[] octets) {
        ensure(octets.length);
        System.arraycopy(octets, 0, array, size, octets.length);
        size += octets.length;
        return this;
    }

    /// Appends `count` zero octets.
    public OctetsBuilder zeros(int count) {
        ensure(count);
        size += count;
        return this;
    }

    /// Overwrites the octet at `index`.
    public OctetsBuilder putU8(int index, int value) {
        java.util.Objects.checkIndex(index, size);
        array[index] = (byte) value;
        return this;
    }

    /// Overwrites the 16-bit number at `index`: for lengths known only afterwards.
    public OctetsBuilder putU16(int index, int value) {
        return putU8(index, value >>> 8).putU8(index + 1, value);
    }

    /// Overwrites the 32-bit number at `index`: for lengths known only afterwards.
    public OctetsBuilder putU32(int index, long value) {
        return putU16(index, (int) (value >>> 16)).putU16(index + 2, (int) value);
    }

    /// The number of octets written so far.
    public int size() {
        return size;
    }

    /// A copy of everything written so far.
    public Octets build() {
        return Octets.copyOf(array, 0, size);
    }

    /// A copy of everything written so far, as an array.
    public byte[] toArray() {
        return Arrays.copyOf(array, size);
    }

    private void ensure(int more) {
        int needed = Math.addExact(size, more);
        if (needed > array.length) {
            array = Arrays.copyOf(array, Math.max(needed, array.length * 2));
        }
    }
}
