package io.culvert.linux.route;

import io.culvert.ipsec.value.Octets;
import io.culvert.linux.libc.Fd;
import io.culvert.linux.libc.Layouts;
import io.culvert.linux.libc.LibC;
import io.culvert.linux.sys.Errno;
import io.culvert.linux.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// A socket for requests to the routing part of the kernel. Safe for use by many threads, one request at a time.
///
/// The kernel answers before the request's call returns, so a call takes microseconds and nothing waits for long.
final class NetlinkSocket implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int NETLINK_ROUTE = 0;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int RECEIVE_OCTETS = 1 << 16;
    private static final int DUMP_ATTEMPTS = 8;

    private final Fd socket;
    private final LibC libc;
    private int lastSequence;
    private boolean closed;

    private NetlinkSocket(Fd socket, LibC libc) {
        this.socket = socket;
        this.libc = libc;
    }

    /// Opens a socket in the network namespace of the calling thread.
    static NetlinkSocket open() throws SystemCallException {
        LibC libc = new LibC();
        int type = SOCK_RAW | Layouts.O_CLOEXEC;
        Fd socket =
                Fd.of(
                        libc.socket(AF_NETLINK, type, NETLINK_ROUTE),
                        "ask the kernel about routes",
                        "socket(AF_NETLINK)");
        // Errors in words; kernels before 4.12 do not offer them, which changes nothing else.
        try (Arena call = Arena.ofConfined()) {
            MemorySegment on = call.allocateFrom(ValueLayout.JAVA_INT, 1);
            libc.setsockopt(socket.number(), SOL_NETLINK, NETLINK_EXT_ACK, on);
            libc.setsockopt(socket.number(), SOL_NETLINK, NETLINK_CAP_ACK, on);
        }
        return new NetlinkSocket(socket, libc);
    }

    /// Performs a request that changes something, or that asks for one thing.
    ///
    /// @param attempt what is tried, in words that follow "cannot"
    /// @return the answer; empty for a mere acknowledgement
    /// @throws SystemCallException if the kernel refuses
    synchronized List<NetlinkMessage> request(String attempt, NetlinkRequest request)
            throws SystemCallException {
        int sequence = send(attempt, request);
        List<NetlinkMessage> answers = new ArrayList<>();
        while (true) {
            for (NetlinkMessage message : receive(attempt)) {
                if (message.sequence() != sequence) {
                    continue;
                }
                if (message.type() == NetlinkMessage.DONE) {
                    return answers;
                }
                if (message.type() == NetlinkMessage.ERROR) {
                    check(attempt, message);
                    return answers;
                }
                answers.add(message);
                if ((message.flags() & NetlinkMessage.MULTI) == 0) {
                    return answers;
                }
            }
        }
    }

    /// Asks for all entries of a kind, again if they change meanwhile.
    ///
    /// @param attempt what is tried, in words that follow "cannot"
    List<NetlinkMessage> dump(String attempt, NetlinkRequest request) throws SystemCallException {
        List<NetlinkMessage> answers = request(attempt, request);
        for (int i = 1; i < DUMP_ATTEMPTS && isInterrupted(answers); i++) {
            answers = request(attempt, request);
        }
        return answers;
    }

    @Override
    public synchronized void close() {
        closed = true;
        socket.close();
    }

    private static boolean isInterrupted(List<NetlinkMessage> answers) {
        return answers.stream()
                .anyMatch(message -> (message.flags() & NetlinkMessage.DUMP_INTERRUPTED) != 0);
    }

    private int send(String attempt, NetlinkRequest request) throws SystemCallException {
        if (closed) {
            throw new IllegalStateException("the netlink socket is closed");
        }
        int sequence = ++lastSequence;
        try (Arena call = Arena.ofConfined()) {
            MemorySegment octets =
                    call.allocateFrom(ValueLayout.JAVA_BYTE, request.encode(sequence));
            long written = libc.write(socket.number(), octets);
            if (LibC.failed(written)) {
                throw new SystemCallException(attempt, "write(netlink)", LibC.errno(written));
            }
        }
        return sequence;
    }

    private List<NetlinkMessage> receive(String attempt) throws SystemCallException {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment buffer = call.allocate(RECEIVE_OCTETS);
            long octets = libc.read(socket.number(), buffer);
            while (LibC.failed(octets) && LibC.errno(octets).equals(Errno.EINTR)) {
                octets = libc.read(socket.number(), buffer);
            }
            if (LibC.failed(octets)) {
                throw new SystemCallException(attempt, "read(netlink)", LibC.errno(octets));
            }
            byte[] received = buffer.asSlice(0, octets).toArray(ValueLayout.JAVA_BYTE);
            return NetlinkMessage.decodeAll(Octets.wrap(received));
        }
    }

    private static void check(String attempt, NetlinkMessage message) throws SystemCallException {
        int number = message.errorNumber();
        if (number <= 0) {
            return;
        }
        Errno errno = new Errno(number);
        if (message.explanation().isPresent()) {
            String words = "the kernel says: " + message.explanation().get();
            throw new SystemCallException(attempt, "netlink", errno, words);
        }
        throw new SystemCallException(attempt, "netlink", errno);
    }
}
