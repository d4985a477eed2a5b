package io.culvert.linux.tun;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketDevice;
import io.culvert.linux.libc.Fd;
import io.culvert.linux.libc.Layouts;
import io.culvert.linux.libc.LibC;
import io.culvert.linux.sys.Errno;
import io.culvert.linux.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/// A TUN device of Linux: an interface whose IP packets this program reads and writes.
///
/// It lives as long as it is open: closing it removes the interface, and with it every address and route that the
/// kernel tied to it. It starts without addresses and down.
///
/// [#read] waits in the kernel and holds its carrier, so it is for a platform thread.
public final class LinuxTun implements PacketDevice {
    /// The name that gives `culvert0`, or the next number that is free.
    public static final String NUMBERED = "culvert%d";

    /// The smallest MTU that the kernel lets carry IPv4; IPv6 needs 1280.
    public static final int LEAST_MTU = 68;

    /// The largest MTU of a TUN device.
    public static final int LARGEST_MTU = 65535;

    static final int IFF_TUN = 0x0001;
    static final int IFF_NO_PI = 0x1000;
    static final int IFF_TUN_EXCL = 0x8000;

    private static final String PATH = "/dev/net/tun";
    private static final long TUNSETIFF = 0x400454caL;
    private static final long SIOCSIFMTU = 0x8922L;
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*(%d)?");

    private final String name;
    private final int mtu;
    private final Fd tun;
    private final Fd wake;
    private final MemorySegment pollFds;
    private final LibC readerCalls = new LibC();
    private final LibC writerCalls = new LibC();

    // Held while a call uses the files, so that close() can wait for it; the reader's is also the
    // order of batches.
    private final ReentrantLock reading = new ReentrantLock();
    private final ReentrantLock writing = new ReentrantLock();
    private final LongAdder writeDrops = new LongAdder();
    private final AtomicBoolean closed = new AtomicBoolean();

    private LinuxTun(String name, int mtu, Fd tun, Fd wake) {
        this.name = name;
        this.mtu = mtu;
        this.tun = tun;
        this.wake = wake;
        pollFds = Arena.ofAuto().allocate(Layouts.POLLFD, 2);
        watch(0, tun);
        watch(1, wake);
    }

    /// Creates the interface.
    ///
    /// @param template its name, at most 15 characters; a final `%d` is replaced by the first number that is free
    /// @param mtu the largest packet in octets, [#LEAST_MTU] to [#LARGEST_MTU]
    /// @throws SystemCallException if the kernel refuses; the message says what to do
    /// @throws IllegalArgumentException if the name or the MTU cannot be one
    public static LinuxTun open(String template, int mtu) throws SystemCallException {
        if (!NAME.matcher(template).matches() || template.length() >= Layouts.IFNAMSIZ) {
            throw new IllegalArgumentException("not a name for a network device: " + template);
        }
        if (mtu < LEAST_MTU || mtu > LARGEST_MTU) {
            throw new IllegalArgumentException(
                    "an MTU is " + LEAST_MTU + " to " + LARGEST_MTU + " octets, not " + mtu);
        }
        LibC libc = new LibC();
        Fd tun = openNode(libc);
        try {
            String name = attach(libc, tun, template);
            setMtu(libc, name, mtu);
            int flags = Layouts.O_NONBLOCK | Layouts.O_CLOEXEC;
            return new LinuxTun(
                    name, mtu, tun, Fd.of(libc.eventfd(flags), "make a wake-up call", "eventfd"));
        } catch (SystemCallException | RuntimeException e) {
            tun.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    /// How many packets the kernel did not take: malformed ones, and any while the interface was down.
    public long writeDrops() {
        return writeDrops.sum();
    }

    /// @throws IllegalArgumentException if a buffer has less room than the MTU
    @Override
    public int read(PacketBuffer[] buffers, int count) throws SystemCallException {
        if (count == 0) {
            throw new IllegalArgumentException("a read needs at least one buffer");
        }
        reading.lock();
        try {
            while (!closed.get()) {
                int filled = drain(buffers, count);
                if (filled > 0) {
                    return filled;
                }
                int ready = readerCalls.poll(pollFds);
                if (LibC.failed(ready) && !LibC.errno(ready).equals(Errno.EINTR)) {
                    throw new SystemCallException(
                            "wait for packets of " + name, "poll", LibC.errno(ready));
                }
            }
            return -1;
        } finally {
            reading.unlock();
        }
    }

    @Override
    public void write(PacketBuffer[] packets, int count) throws SystemCallException {
        writing.lock();
        try {
            for (int i = 0; i < count && !closed.get(); i++) {
                PacketBuffer packet = packets[i];
                write(packet.segment().asSlice(packet.start(), packet.length()));
            }
        } finally {
            writing.unlock();
            for (int i = 0; i < count; i++) {
                packets[i].release();
            }
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        wakeReader();
        // A reader leaves because it is woken, a writer because it never waits.
        reading.lock();
        writing.lock();
        try {
            tun.close();
            wake.close();
        } finally {
            writing.unlock();
            reading.unlock();
        }
    }

    private void watch(int index, Fd fd) {
        long at = index * Layouts.POLLFD.byteSize();
        pollFds.set(ValueLayout.JAVA_INT, at, fd.number());
        pollFds.set(ValueLayout.JAVA_SHORT, at + Layouts.POLLFD_EVENTS, Layouts.POLLIN);
    }

    private int drain(PacketBuffer[] buffers, int count) throws SystemCallException {
        int filled = 0;
        while (filled < count) {
            PacketBuffer buffer = buffers[filled];
            int start = buffer.start();
            int room = buffer.capacity() - start;
            if (room < mtu) {
                throw new IllegalArgumentException(
                        "a buffer with room for " + room + " octets at an MTU of " + mtu);
            }
            long octets = readerCalls.read(tun.number(), buffer.segment().asSlice(start, room));
            if (octets > 0) {
                buffer.range(start, (int) octets);
                filled++;
            } else if (LibC.failed(octets) && !LibC.errno(octets).equals(Errno.EINTR)) {
                if (LibC.errno(octets).equals(Errno.EAGAIN) || filled > 0) {
                    return filled;
                }
                throw broken("read from", "read", LibC.errno(octets));
            }
        }
        return filled;
    }

    private void write(MemorySegment packet) throws SystemCallException {
        long written = writerCalls.write(tun.number(), packet);
        if (!LibC.failed(written)) {
            return;
        }
        Errno errno = LibC.errno(written);
        if (errno.equals(Errno.EBADFD) || errno.equals(Errno.EBADF)) {
            throw broken("write to", "write", errno);
        }
        writeDrops.increment();
    }

    private SystemCallException broken(String verb, String call, Errno errno) {
        return new SystemCallException(
                verb + " " + name, call, errno, "somebody removed the device; restart culvert");
    }

    private void wakeReader() {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment one = call.allocate(ValueLayout.JAVA_LONG);
            one.set(ValueLayout.JAVA_LONG, 0, 1);
            new LibC().write(wake.number(), one);
        }
    }

    private static Fd openNode(LibC libc) throws SystemCallException {
        int flags = Layouts.O_RDWR | Layouts.O_NONBLOCK | Layouts.O_CLOEXEC;
        int result = libc.open(PATH, flags);
        if (LibC.failed(result) && LibC.errno(result).equals(Errno.ENOENT)) {
            throw new SystemCallException(
                    "open " + PATH,
                    "open",
                    Errno.ENOENT,
                    "load the driver (modprobe tun), or give the container the device"
                            + " (--device /dev/net/tun)");
        }
        return Fd.of(result, "open " + PATH, "open");
    }

    /// Attaches a new interface to the file; an existing one is not taken over (`IFF_TUN_EXCL`).
    private static String attach(LibC libc, Fd tun, String template) throws SystemCallException {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment ifreq = call.allocate(Layouts.IFREQ);
            ifreq.setString(0, template, StandardCharsets.US_ASCII);
            short flags = (short) (IFF_TUN | IFF_NO_PI | IFF_TUN_EXCL);
            ifreq.set(ValueLayout.JAVA_SHORT, Layouts.IFREQ_REQUEST, flags);
            int result = libc.ioctl(tun.number(), TUNSETIFF, ifreq);
            if (!LibC.failed(result)) {
                return ifreq.getString(0, StandardCharsets.US_ASCII);
            }
            String attempt = "create the TUN device " + template;
            Errno errno = LibC.errno(result);
            if (errno.equals(Errno.EBUSY)) {
                throw new SystemCallException(
                        attempt,
                        "ioctl(TUNSETIFF)",
                        errno,
                        "a device of that name exists: configure another name, or remove it with"
                                + " `ip link delete "
                                + template
                                + "`");
            }
            throw new SystemCallException(attempt, "ioctl(TUNSETIFF)", errno);
        }
    }

    private static void setMtu(LibC libc, String name, int mtu) throws SystemCallException {
        String attempt = "set the MTU of " + name + " to " + mtu;
        int type = SOCK_DGRAM | Layouts.O_CLOEXEC;
        try (Fd socket = Fd.of(libc.socket(AF_INET, type, 0), attempt, "socket");
                Arena call = Arena.ofConfined()) {
            MemorySegment ifreq = call.allocate(Layouts.IFREQ);
            ifreq.setString(0, name, StandardCharsets.US_ASCII);
            ifreq.set(ValueLayout.JAVA_INT, Layouts.IFREQ_REQUEST, mtu);
            int result = libc.ioctl(socket.number(), SIOCSIFMTU, ifreq);
            if (LibC.failed(result)) {
                throw new SystemCallException(attempt, "ioctl(SIOCSIFMTU)", LibC.errno(result));
            }
        }
    }
}
