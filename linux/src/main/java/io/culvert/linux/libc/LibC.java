package io.culvert.linux.libc;

import io.culvert.linux.sys.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;

/// Calls of the C library, for one thread at a time.
///
/// As in the kernel's own convention a result is not negative, or it is minus the error number ([#failed], [#errno]).
/// How much the kernel may read or write is always the size of the segment that is passed, so no call reaches outside
/// it. Each call is linked when it is first made, since linking costs much more than calling.
///
/// A call that waits holds its carrier: never wait in [#poll] on a virtual thread.
public final class LibC {
    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final long ERRNO = CAPTURED.byteOffset(PathElement.groupElement("errno"));

    private static final FunctionDescriptor INT_FROM_INT =
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final FunctionDescriptor INT_FROM_TWO_INTS =
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final FunctionDescriptor TRANSFER =
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG);

    // Memory of an automatic arena: one per instance, which lives as long as its device or socket.
    private final MemorySegment captured = Arena.ofAuto().allocate(CAPTURED);

    /// Whether `result` stands for an error.
    public static boolean failed(long result) {
        return result < 0;
    }

    /// The error that a negative `result` stands for.
    public static Errno errno(long result) {
        return new Errno((int) -result);
    }

    /// Opens a file.
    ///
    /// @return its number
    public int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return result((int) Open.CALL.invokeExact(captured, arena.allocateFrom(path), flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// Closes a file. The number is free for others afterwards, whatever the result.
    public int close(int fd) {
        try {
            return result((int) Close.CALL.invokeExact(captured, fd));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// Reads at most as many octets as `into` has.
    ///
    /// @return how many were read
    public long read(int fd, MemorySegment into) {
        requireNative(into);
        try {
            return result((long) Read.CALL.invokeExact(captured, fd, into, into.byteSize()));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// Writes all octets of `from`.
    ///
    /// @return how many were written
    public long write(int fd, MemorySegment from) {
        requireNative(from);
        try {
            return result((long) Write.CALL.invokeExact(captured, fd, from, from.byteSize()));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// Waits without limit until one of the files is ready.
    ///
    /// @param pollFds an array of [Layouts#POLLFD], the whole of it
    /// @return how many are ready
    public int poll(MemorySegment pollFds) {
        requireNative(pollFds);
        long count = pollFds.byteSize() / Layouts.POLLFD.byteSize();
        try {
            return result((int) Poll.CALL.invokeExact(captured, pollFds, count, -1));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// A request on an interface.
    ///
    /// @param ifreq exactly a [Layouts#IFREQ]
    public int ioctl(int fd, long request, MemorySegment ifreq) {
        requireNative(ifreq);
        Objects.checkFromIndexSize(0, Layouts.IFREQ.byteSize(), ifreq.byteSize());
        try {
            return result((int) Ioctl.CALL.invokeExact(captured, fd, request, ifreq));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// Makes a socket.
    ///
    /// @return its number
    public int socket(int domain, int type, int protocol) {
        try {
            return result((int) Socket.CALL.invokeExact(captured, domain, type, protocol));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// Gives a socket its own address.
    ///
    /// @param address a `struct sockaddr` of the socket's family, the whole of it
    public int bind(int fd, MemorySegment address) {
        requireNative(address);
        int size = Math.toIntExact(address.byteSize());
        try {
            return result((int) Bind.CALL.invokeExact(captured, fd, address, size));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// Sets an option of a socket.
    ///
    /// @param value the value, the whole of it
    public int setsockopt(int fd, int level, int option, MemorySegment value) {
        requireNative(value);
        int size = Math.toIntExact(value.byteSize());
        try {
            return result(
                    (int) SetSockOpt.CALL.invokeExact(captured, fd, level, option, value, size));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// Makes a counter that [#poll] can wait for, at zero.
    ///
    /// @return its number
    public int eventfd(int flags) {
        try {
            return result((int) EventFd.CALL.invokeExact(captured, 0, flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private int result(int returned) {
        return returned == -1 ? -captured.get(ValueLayout.JAVA_INT, ERRNO) : returned;
    }

    private long result(long returned) {
        return returned == -1 ? -captured.get(ValueLayout.JAVA_INT, ERRNO) : returned;
    }

    private static void requireNative(MemorySegment segment) {
        if (!segment.isNative()) {
            throw new IllegalArgumentException("the kernel needs native memory");
        }
    }

    private static RuntimeException unexpected(Throwable e) {
        return switch (e) {
            case RuntimeException unchecked -> unchecked;
            case Error error -> throw error;
            default -> new IllegalStateException("a downcall has no checked exceptions", e);
        };
    }

    // One class per call, so that a call is linked at its first use and its handle is a constant.

    private static final class Open {
        // int open(const char *path, int flags, ...)
        static final MethodHandle CALL =
                link(
                        "open",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                        Linker.Option.firstVariadicArg(2));
    }

    private static final class Close {
        // int close(int fd)
        static final MethodHandle CALL = link("close", INT_FROM_INT);
    }

    private static final class Read {
        // ssize_t read(int fd, void *buffer, size_t count)
        static final MethodHandle CALL = link("read", TRANSFER);
    }

    private static final class Write {
        // ssize_t write(int fd, const void *buffer, size_t count)
        static final MethodHandle CALL = link("write", TRANSFER);
    }

    private static final class Poll {
        // int poll(struct pollfd *fds, nfds_t count, int timeout)
        static final MethodHandle CALL =
                link(
                        "poll",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT));
    }

    private static final class Ioctl {
        // int ioctl(int fd, unsigned long request, ...)
        static final MethodHandle CALL =
                link(
                        "ioctl",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS),
                        Linker.Option.firstVariadicArg(2));
    }

    private static final class Socket {
        // int socket(int domain, int type, int protocol)
        static final MethodHandle CALL =
                link(
                        "socket",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT));
    }

    private static final class Bind {
        // int bind(int fd, const struct sockaddr *address, socklen_t size)
        static final MethodHandle CALL =
                link(
                        "bind",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT));
    }

    private static final class SetSockOpt {
        // int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
        static final MethodHandle CALL =
                link(
                        "setsockopt",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT));
    }

    private static final class EventFd {
        // int eventfd(unsigned int initial, int flags)
        static final MethodHandle CALL = link("eventfd", INT_FROM_TWO_INTS);
    }

    // Restricted because a wrong shape crashes the process; the shapes stand above beside their C
    // prototypes.
    @SuppressWarnings("restricted")
    private static MethodHandle link(
            String name, FunctionDescriptor shape, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        Linker.Option[] all =
                Stream.concat(
                                Stream.of(Linker.Option.captureCallState("errno")),
                                Arrays.stream(options))
                        .toArray(Linker.Option[]::new);
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape, all);
    }
}
