package io.culvert.linux.libc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.linux.sys.Errno;
import io.culvert.linux.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibCTest {
    private final LibC libc = new LibC();

    @Test
    @DisplayName("layouts have the sizes and offsets of Linux")
    void layouts() {
        assertThat(Layouts.IFREQ.byteSize()).isEqualTo(40);
        assertThat(Layouts.IFREQ_REQUEST).isEqualTo(16);
        assertThat(Layouts.POLLFD.byteSize()).isEqualTo(8);
        assertThat(Layouts.POLLFD_EVENTS).isEqualTo(4);
        assertThat(Layouts.POLLFD_REVENTS).isEqualTo(6);
        assertThat(Layouts.SOCKADDR_NL.byteSize()).isEqualTo(12);
        assertThat(Layouts.SOCKADDR_NL_GROUPS).isEqualTo(8);
    }

    @Test
    @DisplayName("a file is written and read through native memory")
    void roundTrip(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "culvert");
        try (Arena arena = Arena.ofConfined();
                Fd fd = Fd.of(libc.open(file.toString(), Layouts.O_RDWR), "open a file", "open")) {
            MemorySegment buffer = arena.allocate(4);
            assertThat(libc.read(fd.number(), buffer)).isEqualTo(4);
            assertThat(buffer.toArray(ValueLayout.JAVA_BYTE))
                    .isEqualTo("culv".getBytes(StandardCharsets.US_ASCII));
            assertThat(libc.write(fd.number(), buffer)).isEqualTo(4);
        }
        assertThat(file).hasContent("culvculv");
    }

    @Test
    @DisplayName("a failed call gives the error number of that call")
    void errnoIsCaptured() {
        int missing = libc.open("/nonexistent/file", Layouts.O_RDWR);
        assertThat(LibC.failed(missing)).isTrue();
        assertThat(LibC.errno(missing)).isEqualTo(Errno.ENOENT);
        assertThat(LibC.errno(libc.close(-1))).isEqualTo(Errno.EBADF);
        assertThat(LibC.errno(libc.socket(-1, 0, 0))).isEqualTo(Errno.EAFNOSUPPORT);
        assertThatThrownBy(() -> Fd.of(missing, "open it", "open"))
                .isInstanceOfSatisfying(
                        SystemCallException.class,
                        e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    }

    @Test
    @DisplayName("poll sees a counter that was written and says which file is ready")
    void pollAndEventFd() throws Exception {
        try (Arena arena = Arena.ofConfined();
                Fd quiet = counter();
                Fd loud = counter()) {
            MemorySegment fds = arena.allocate(Layouts.POLLFD, 2);
            fds.set(ValueLayout.JAVA_INT, 0, quiet.number());
            fds.set(ValueLayout.JAVA_SHORT, Layouts.POLLFD_EVENTS, Layouts.POLLIN);
            fds.set(ValueLayout.JAVA_INT, 8, loud.number());
            fds.set(ValueLayout.JAVA_SHORT, 8 + Layouts.POLLFD_EVENTS, Layouts.POLLIN);
            MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
            assertThat(LibC.errno(libc.read(loud.number(), one))).isEqualTo(Errno.EAGAIN);
            assertThat(libc.write(loud.number(), one)).isEqualTo(8);
            assertThat(libc.poll(fds)).isEqualTo(1);
            assertThat(fds.get(ValueLayout.JAVA_SHORT, Layouts.POLLFD_REVENTS)).isZero();
            assertThat(fds.get(ValueLayout.JAVA_SHORT, 8 + Layouts.POLLFD_REVENTS))
                    .isEqualTo(Layouts.POLLIN);
        }
    }

    @Test
    @DisplayName("memory of the heap, and a request that is too short, never reach the kernel")
    void boundsComeFirst() {
        MemorySegment heap = MemorySegment.ofArray(new byte[8]);
        assertThatThrownBy(() -> libc.read(0, heap)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> libc.write(0, heap)).isInstanceOf(IllegalArgumentException.class);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment tooShort = arena.allocate(39);
            assertThatThrownBy(() -> libc.ioctl(0, 0, tooShort))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    @DisplayName("a closed file refuses to give its number, which may be another file's by now")
    void closedFd() throws Exception {
        Fd fd = counter();
        fd.close();
        fd.close();
        assertThatThrownBy(fd::number).isInstanceOf(IllegalStateException.class);
    }

    private Fd counter() throws SystemCallException {
        return Fd.of(libc.eventfd(Layouts.O_NONBLOCK | Layouts.O_CLOEXEC), "count", "eventfd");
    }
}
