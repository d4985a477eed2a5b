package io.culvert.linux.libc;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/// The structures and numbers of Linux that are passed in native memory, as on x86-64 and AArch64.
public final class Layouts {
    /// `struct ifreq`: an interface name, then a union of which we use a short or an int.
    public static final StructLayout IFREQ =
            MemoryLayout.structLayout(
                    MemoryLayout.sequenceLayout(16, ValueLayout.JAVA_BYTE).withName("name"),
                    MemoryLayout.unionLayout(
                                    ValueLayout.JAVA_SHORT.withName("flags"),
                                    ValueLayout.JAVA_INT.withName("mtu"),
                                    MemoryLayout.sequenceLayout(24, ValueLayout.JAVA_BYTE))
                            .withName("request"));

    /// Where the union of [#IFREQ] starts.
    public static final long IFREQ_REQUEST = IFREQ.byteOffset(PathElement.groupElement("request"));

    /// `struct pollfd`.
    public static final StructLayout POLLFD =
            MemoryLayout.structLayout(
                    ValueLayout.JAVA_INT.withName("fd"),
                    ValueLayout.JAVA_SHORT.withName("events"),
                    ValueLayout.JAVA_SHORT.withName("revents"));

    /// Where `events` is in [#POLLFD].
    public static final long POLLFD_EVENTS = POLLFD.byteOffset(PathElement.groupElement("events"));

    /// Where `revents` is in [#POLLFD].
    public static final long POLLFD_REVENTS =
            POLLFD.byteOffset(PathElement.groupElement("revents"));

    /// `struct sockaddr_nl`: the address of a netlink socket.
    public static final StructLayout SOCKADDR_NL =
            MemoryLayout.structLayout(
                    ValueLayout.JAVA_SHORT.withName("family"),
                    MemoryLayout.paddingLayout(2),
                    ValueLayout.JAVA_INT.withName("port"),
                    ValueLayout.JAVA_INT.withName("groups"));

    /// Where `groups` is in [#SOCKADDR_NL].
    public static final long SOCKADDR_NL_GROUPS =
            SOCKADDR_NL.byteOffset(PathElement.groupElement("groups"));

    /// The octets of an interface name, its final zero included.
    public static final int IFNAMSIZ = 16;

    /// `open`: read and write.
    public static final int O_RDWR = 0x2;

    /// `open`, `eventfd`: calls never wait.
    public static final int O_NONBLOCK = 0x800;

    /// `open`, `socket`, `eventfd`: programs we start do not inherit it.
    public static final int O_CLOEXEC = 0x80000;

    /// `poll`: there is something to read.
    public static final short POLLIN = 0x1;

    private Layouts() {}
}
