package io.culvert.linux.sys;

/// The reason the kernel gives for a failed call: `errno`.
///
/// Named are those that Culvert tells apart or may have to explain; the numbers are those of x86-64 and AArch64.
///
/// @param number the positive error number
public record Errno(int number) {
    /// Operation not permitted.
    public static final Errno EPERM = new Errno(1);

    /// No such file, device node or table.
    public static final Errno ENOENT = new Errno(2);

    /// No such route.
    public static final Errno ESRCH = new Errno(3);

    /// Interrupted by a signal; the call may be repeated.
    public static final Errno EINTR = new Errno(4);

    /// Input or output error; for a TUN device: the interface is down.
    public static final Errno EIO = new Errno(5);

    /// Not an open file.
    public static final Errno EBADF = new Errno(9);

    /// Would block.
    public static final Errno EAGAIN = new Errno(11);

    /// Out of memory.
    public static final Errno ENOMEM = new Errno(12);

    /// Permission denied.
    public static final Errno EACCES = new Errno(13);

    /// In use.
    public static final Errno EBUSY = new Errno(16);

    /// Exists already.
    public static final Errno EEXIST = new Errno(17);

    /// No such device.
    public static final Errno ENODEV = new Errno(19);

    /// Invalid argument.
    public static final Errno EINVAL = new Errno(22);

    /// Too many open files in this process.
    public static final Errno EMFILE = new Errno(24);

    /// The file is in a bad state; for a TUN file: its interface is gone.
    public static final Errno EBADFD = new Errno(77);

    /// Not supported.
    public static final Errno EOPNOTSUPP = new Errno(95);

    /// The address family is not supported, such as IPv6 where it is turned off.
    public static final Errno EAFNOSUPPORT = new Errno(97);

    /// The address is not one of this host.
    public static final Errno EADDRNOTAVAIL = new Errno(99);

    /// The interface is down.
    public static final Errno ENETDOWN = new Errno(100);

    /// No route to the network.
    public static final Errno ENETUNREACH = new Errno(101);

    /// No room in a queue.
    public static final Errno ENOBUFS = new Errno(105);

    /// No route to the host.
    public static final Errno EHOSTUNREACH = new Errno(113);

    /// Takes a positive number.
    public Errno {
        if (number <= 0) {
            throw new IllegalArgumentException("an error number is positive, not " + number);
        }
    }

    /// The symbol, such as `EPERM`, or `errno 123`.
    public String symbol() {
        return entry().symbol();
    }

    /// The meaning in words, such as `operation not permitted`.
    public String meaning() {
        return entry().meaning();
    }

    @Override
    public String toString() {
        return symbol();
    }

    private record Entry(String symbol, String meaning) {}

    private Entry entry() {
        return switch (number) {
            case 1 -> new Entry("EPERM", "operation not permitted");
            case 2 -> new Entry("ENOENT", "there is no such thing");
            case 3 -> new Entry("ESRCH", "there is no such route");
            case 4 -> new Entry("EINTR", "interrupted");
            case 5 -> new Entry("EIO", "input or output error");
            case 9 -> new Entry("EBADF", "not an open file");
            case 11 -> new Entry("EAGAIN", "not ready");
            case 12 -> new Entry("ENOMEM", "out of memory");
            case 13 -> new Entry("EACCES", "permission denied");
            case 16 -> new Entry("EBUSY", "in use");
            case 17 -> new Entry("EEXIST", "exists already");
            case 19 -> new Entry("ENODEV", "there is no such device");
            case 22 -> new Entry("EINVAL", "invalid argument");
            case 24 -> new Entry("EMFILE", "too many open files");
            case 77 -> new Entry("EBADFD", "the device is gone");
            case 95 -> new Entry("EOPNOTSUPP", "not supported");
            case 97 -> new Entry("EAFNOSUPPORT", "address family not supported");
            case 99 -> new Entry("EADDRNOTAVAIL", "not an address of this host");
            case 100 -> new Entry("ENETDOWN", "the interface is down");
            case 101 -> new Entry("ENETUNREACH", "no route to the network");
            case 105 -> new Entry("ENOBUFS", "no room in a queue");
            case 113 -> new Entry("EHOSTUNREACH", "no route to the host");
            default -> new Entry("errno " + number, "error " + number);
        };
    }
}
