package io.culvert.linux.libc;

import io.culvert.linux.sys.Errno;
import io.culvert.linux.sys.SystemCallException;
import java.util.concurrent.atomic.AtomicBoolean;

/// An open file of this process, closed once.
///
/// After [#close] the kernel gives the number to whatever is opened next, so the owner makes sure first that no thread
/// is still using it; [#number] refuses from then on.
public final class Fd implements AutoCloseable {
    private final int number;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Fd(int number) {
        this.number = number;
    }

    /// Takes over the file that a call of [LibC] opened.
    ///
    /// @param result what the call returned
    /// @param attempt what is being tried, in words that follow "cannot"
    /// @param call the name of the call
    /// @throws SystemCallException if the result is an error
    public static Fd of(int result, String attempt, String call) throws SystemCallException {
        if (LibC.failed(result)) {
            throw new SystemCallException(attempt, call, LibC.errno(result));
        }
        return new Fd(result);
    }

    /// The number for system calls.
    ///
    /// @throws IllegalStateException if the file is closed
    public int number() {
        if (closed.get()) {
            throw new IllegalStateException("file " + number + " is closed");
        }
        return number;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            int result = new LibC().close(number);
            if (LibC.failed(result) && LibC.errno(result).equals(Errno.EBADF)) {
                throw new IllegalStateException("file " + number + " was closed by somebody else");
            }
        }
    }
}
