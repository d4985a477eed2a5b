package io.culvert.linux.libcrypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// A stretch of memory as libcrypto wants it: native.
///
/// Native memory is used where it lies. Heap memory is copied through a scratch place that lives until [#release]: an
/// SA that is idle keeps none. For one thread.
final class NativeWindow {
    private Optional<Arena> arena = Optional.empty();
    private MemorySegment scratch = MemorySegment.NULL;

    /// `length` octets of `source`, to be read.
    MemorySegment read(MemorySegment source, long offset, int length) {
        if (source.isNative()) {
            return source.asSlice(offset, length);
        }
        MemorySegment.copy(source, offset, scratch(length), 0, length);
        return scratch;
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

    /// Overwrites and frees the scratch place, if there is one.
    void release() {
        if (arena.isPresent()) {
            scratch.fill((byte) 0);
            scratch = MemorySegment.NULL;
            arena.get().close();
            arena = Optional.empty();
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // release closes it
    private MemorySegment scratch(int length) {
        Arena place = Arena.ofConfined();
        arena = Optional.of(place);
        scratch = place.allocate(length);
        return scratch;
    }
}
