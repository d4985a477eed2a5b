package io.culvert.linux.route;

import io.culvert.linux.libc.Fd;
import io.culvert.linux.libc.Layouts;
import io.culvert.linux.libc.LibC;
import io.culvert.linux.sys.Errno;
import io.culvert.linux.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/// Tells that links, addresses, routes or policy rules of the system have changed, whoever changed them.
///
/// It does not tell what: whoever wants to know looks, and sees the state after all changes. It watches the network
/// namespace of the thread that opened it. Needs no privilege.
///
/// One thread waits in [#await], which must be a platform thread because waiting holds its carrier; any thread may
/// close.
///
/// @spec https://www.rfc-editor.org/rfc/rfc3549#section-3.1 RFC 3549 section 3.1
public final class NetworkWatch implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int NETLINK_ROUTE = 0;
    private static final int RECEIVE_OCTETS = 1 << 15;
    private static final String ATTEMPT = "watch the network";

    private final Fd socket;
    private final Fd wake;
    private final LibC libc;
    private final MemorySegment pollFds;
    private final MemorySegment buffer;
    private final ReentrantLock waiting = new ReentrantLock();
    private final AtomicBoolean closed = new AtomicBoolean();

    private NetworkWatch(Fd socket, Fd wake, LibC libc) {
        this.socket = socket;
        this.wake = wake;
        this.libc = libc;
        pollFds = Arena.ofAuto().allocate(Layouts.POLLFD, 2);
        buffer = Arena.ofAuto().allocate(RECEIVE_OCTETS);
        watch(0, socket);
        watch(1, wake);
    }

    /// Begins to watch: a change after this is told, also if it comes before [#await].
    ///
    /// @throws SystemCallException if the kernel refuses
    public static NetworkWatch open() throws SystemCallException {
        LibC libc = new LibC();
        int type = SOCK_RAW | Layouts.O_CLOEXEC | Layouts.O_NONBLOCK;
        Fd socket =
                Fd.of(libc.socket(AF_NETLINK, type, NETLINK_ROUTE), ATTEMPT, "socket(AF_NETLINK)");
        try {
            join(libc, socket);
            int flags = Layouts.O_NONBLOCK | Layouts.O_CLOEXEC;
            Fd wake = Fd.of(libc.eventfd(flags), "make a wake-up call", "eventfd");
            return new NetworkWatch(socket, wake, libc);
        } catch (SystemCallException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /// Waits until something has changed since the last call.
    ///
    /// @return false once it is closed
    /// @throws SystemCallException if the kernel stops telling
    public boolean await() throws SystemCallException {
        waiting.lock();
        try {
            while (!closed.get()) {
                if (drain()) {
                    return true;
                }
                int ready = libc.poll(pollFds);
                if (LibC.failed(ready) && !LibC.errno(ready).equals(Errno.EINTR)) {
                    throw new SystemCallException(ATTEMPT, "poll", LibC.errno(ready));
                }
            }
            return false;
        } finally {
            waiting.unlock();
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try (Arena call = Arena.ofConfined()) {
            MemorySegment one = call.allocateFrom(ValueLayout.JAVA_LONG, 1);
            new LibC().write(wake.number(), one);
        }
        // who waits leaves because it is woken
        waiting.lock();
        try {
            socket.close();
            wake.close();
        } finally {
            waiting.unlock();
        }
    }

    /// Takes all that the kernel has told; whether that was anything. When it had more to tell than it could keep it
    /// says that much (`ENOBUFS`).
    private boolean drain() throws SystemCallException {
        boolean changed = false;
        while (true) {
            long octets = libc.read(socket.number(), buffer);
            if (!LibC.failed(octets) || LibC.errno(octets).equals(Errno.ENOBUFS)) {
                changed = true;
            } else if (LibC.errno(octets).equals(Errno.EAGAIN)) {
                return changed;
            } else if (!LibC.errno(octets).equals(Errno.EINTR)) {
                throw new SystemCallException(ATTEMPT, "read(netlink)", LibC.errno(octets));
            }
        }
    }

    private void watch(int index, Fd fd) {
        long at = index * Layouts.POLLFD.byteSize();
        pollFds.set(ValueLayout.JAVA_INT, at, fd.number());
        pollFds.set(ValueLayout.JAVA_SHORT, at + Layouts.POLLFD_EVENTS, Layouts.POLLIN);
    }

    private static void join(LibC libc, Fd socket) throws SystemCallException {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment address = call.allocate(Layouts.SOCKADDR_NL);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
            address.set(ValueLayout.JAVA_INT, Layouts.SOCKADDR_NL_GROUPS, Codes.WATCHED_GROUPS);
            int result = libc.bind(socket.number(), address);
            if (LibC.failed(result)) {
                throw new SystemCallException(ATTEMPT, "bind(netlink)", LibC.errno(result));
            }
        }
    }
}
