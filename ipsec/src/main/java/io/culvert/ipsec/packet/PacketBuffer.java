package io.culvert.ipsec.packet;

import io.culvert.ipsec.value.Octets;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/// One packet in a slice of a pool's slab, with room before and behind it for headers and trailers.
///
/// So a packet is sealed in place and never copied between device and socket. A buffer has exactly one owner, for one
/// thread at a time; who owns it last calls [#release]. Use after release fails loudly.
public final class PacketBuffer {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final PacketPool pool;
    private final MemorySegment segment;
    private int start;
    private int length;
    private boolean owned;

    PacketBuffer(PacketPool pool, MemorySegment segment) {
        this.pool = pool;
        this.segment = segment;
    }

    /// The whole slice; the packet is at [#start], [#length] octets long.
    public MemorySegment segment() {
        checkOwned();
        return segment;
    }

    /// Where in the slice the packet starts.
    public int start() {
        return start;
    }

    /// The octets of the packet.
    public int length() {
        return length;
    }

    /// The octets of the slice.
    public int capacity() {
        return (int) segment.byteSize();
    }

    /// The free octets behind the packet.
    public int tailroom() {
        return capacity() - start - length;
    }

    /// Says where the packet is.
    ///
    /// @throws IndexOutOfBoundsException if that is not inside the slice
    public void range(int newStart, int newLength) {
        checkOwned();
        Objects.checkFromIndexSize(newStart, newLength, capacity());
        start = newStart;
        length = newLength;
    }

    /// Moves the start by `octets` towards the front, to make room for a header; negative cuts a header off.
    public void growFront(int octets) {
        range(start - octets, length + octets);
    }

    /// The unsigned octet at `index` of the packet.
    public int u8(int index) {
        return segment.get(ValueLayout.JAVA_BYTE, at(index, 1)) & 0xff;
    }

    /// The 16-bit number at `index` of the packet.
    public int u16(int index) {
        return segment.get(U16, at(index, 2)) & 0xffff;
    }

    /// The 32-bit number at `index` of the packet.
    public int u32(int index) {
        return segment.get(U32, at(index, 4));
    }

    /// Writes the octet at `index` of the packet.
    public void putU8(int index, int value) {
        segment.set(ValueLayout.JAVA_BYTE, at(index, 1), (byte) value);
    }

    /// Writes the 16-bit number at `index` of the packet.
    public void putU16(int index, int value) {
        segment.set(U16, at(index, 2), (short) value);
    }

    /// Writes the 32-bit number at `index` of the packet.
    public void putU32(int index, int value) {
        segment.set(U32, at(index, 4), value);
    }

    /// Copies `octets` in as the packet, leaving `headroom` before it.
    public void set(int headroom, Octets octets) {
        range(headroom, octets.size());
        byteBuffer().put(octets.asByteBuffer());
    }

    /// A copy of the packet.
    public Octets toOctets() {
        checkOwned();
        return Octets.wrap(segment.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE));
    }

    /// The packet as a buffer for a channel, valid until the release.
    public ByteBuffer byteBuffer() {
        checkOwned();
        return segment.asSlice(start, length).asByteBuffer();
    }

    /// Gives the slice back to its pool.
    ///
    /// @throws IllegalStateException if it was given back already
    public void release() {
        checkOwned();
        owned = false;
        pool.takeBack(this);
    }

    void handOut(int headroom) {
        owned = true;
        start = headroom;
        length = 0;
    }

    private long at(int index, int octets) {
        checkOwned();
        return (long) start + Objects.checkFromIndexSize(index, octets, length);
    }

    private void checkOwned() {
        if (!owned) {
            throw new IllegalStateException("packet buffer used after its release");
        }
    }
}
