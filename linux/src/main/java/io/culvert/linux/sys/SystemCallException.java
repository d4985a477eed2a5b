package io.culvert.linux.sys;

import java.io.IOException;

/// The kernel refused a call. The message is for people: what was tried, why it failed, and what to do next.
public final class SystemCallException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int number;
    private final String nextStep;

    /// A failure whose next step depends on the error number alone.
    ///
    /// @param attempt what was tried, in words that follow "cannot": `set the MTU of culvert0`
    /// @param call the call that failed: `ioctl(SIOCSIFMTU)`
    /// @param errno why
    public SystemCallException(String attempt, String call, Errno errno) {
        this(attempt, call, errno, usualNextStep(errno));
    }

    /// A failure with advice of its own.
    ///
    /// @param attempt what was tried, in words that follow "cannot"
    /// @param call the call that failed
    /// @param errno why
    /// @param nextStep what a person can do; empty if there is nothing to say
    public SystemCallException(String attempt, String call, Errno errno, String nextStep) {
        super(
                "cannot %s: %s (%s in %s)%s"
                        .formatted(
                                attempt,
                                errno.meaning(),
                                errno.symbol(),
                                call,
                                nextStep.isEmpty() ? "" : "; " + nextStep));
        this.call = call;
        this.number = errno.number();
        this.nextStep = nextStep;
    }

    /// The call that failed, such as `ioctl(TUNSETIFF)`.
    public String call() {
        return call;
    }

    /// Why it failed.
    public Errno errno() {
        return new Errno(number);
    }

    /// What a person can do about it; empty if there is nothing to say.
    public String nextStep() {
        return nextStep;
    }

    private static String usualNextStep(Errno errno) {
        return errno.equals(Errno.EPERM) || errno.equals(Errno.EACCES)
                ? "it needs the capability CAP_NET_ADMIN: run as root, or let the service manager"
                        + " grant it (AmbientCapabilities=CAP_NET_ADMIN)"
                : "";
    }
}
