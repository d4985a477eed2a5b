package io.culvert.linux.libcrypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A stretch of memory as libcrypto wants it: native.
///
/// Native memory is used where it lies. Heap memory is copied through a scratch place, which grows to the largest
/// packet seen and is then reused. For one thread.
final class NativeWindow {
    private static final int SCRATCH_OCTETS = 2048;

    private MemorySegment scratch = MemorySegment.NULL;

    /// `length` octets of `source`, to be read.
    MemorySegment read(MemorySegment source, long offset, int length) {
        if (source.isNative()) {
            return source.asSlice(offset, length);
        }
        MemorySegment place = scratch(length);
        MemorySegment.copy(source, offset, place, 0, length);
        return place;
    }

    /// A place for `length` octets, which [#deliver] takes to `target`.
    MemorySegment aim(MemorySegment target, long offset, int length) {
        MemorySegment there = target.asSlice(offset, length);
        return target.isNative() ? there : scratch(length);
    }

    /// Copies what was written after [#aim] to the target, unless it is there already.
    void deliver(MemorySegment target, long offset, int length) {
        if (!target.isNative()) {
            MemorySegment.copy(scratch, 0, target, offset, length);
        }
    }

    private MemorySegment scratch(int length) {
        if (scratch.byteSize() < length) {
            scratch = Arena.ofAuto().allocate(Math.max(length, SCRATCH_OCTETS));
        }
        return scratch.asSlice(0, length);
    }
}
