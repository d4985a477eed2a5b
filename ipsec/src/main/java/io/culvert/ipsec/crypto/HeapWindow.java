package io.culvert.ipsec.crypto;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/// A stretch of a memory segment as JCA wants it: a heap array and a place in it.
///
/// A segment over a heap array is used where it lies. Native memory is copied through a scratch array, which grows to
/// the largest packet seen and is then reused; JCA is faster on heap arrays than on direct buffers, so the copy pays.
/// For one thread.
final class HeapWindow {
    private static final byte[] NOTHING = {};

    private byte[] scratch = NOTHING;
    private byte[] array = NOTHING;
    private int start;
    private boolean copies;

    /// The array after the last [#read] or [#aim].
    byte[] array() {
        return array;
    }

    /// Where in [#array] the stretch begins.
    int start() {
        return start;
    }

    /// Makes `length` octets of `source` readable in [#array].
    void read(MemorySegment source, long offset, int length) {
        if (!lieOn(source, offset, length)) {
            useScratch(length);
            MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, array, 0, length);
        }
    }

    /// Finds room for `length` octets that [#deliver] takes to `target`, in another array than `input` has: JCA
    /// allocates when input and output share an array.
    @SuppressWarnings("ReferenceEquality") // the same array is meant, not an equal one
    void aim(MemorySegment target, long offset, int length, HeapWindow input) {
        if (!lieOn(target, offset, length) || array == input.array) {
            useScratch(length);
        }
    }

    /// Copies what was written after [#aim] to the target, unless it is there already.
    void deliver(MemorySegment target, long offset, int length) {
        if (copies) {
            MemorySegment.copy(array, 0, target, ValueLayout.JAVA_BYTE, offset, length);
        }
    }

    private boolean lieOn(MemorySegment segment, long offset, int length) {
        Objects.checkFromIndexSize(offset, length, segment.byteSize());
        if (segment.heapBase().orElse(segment) instanceof byte[] base) {
            array = base;
            copies = false;
            start = Math.toIntExact(segment.address() + offset);
            return true;
        }
        return false;
    }

    private void useScratch(int length) {
        if (scratch.length < length) {
            scratch = new byte[length];
        }
        array = scratch;
        copies = true;
        start = 0;
    }
}
