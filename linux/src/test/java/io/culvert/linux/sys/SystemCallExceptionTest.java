package io.culvert.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SystemCallExceptionTest {
    @Test
    @DisplayName("a refused permission says which one is needed and how to get it")
    void permission() {
        SystemCallException e =
                new SystemCallException("create the TUN device x", "ioctl(TUNSETIFF)", Errno.EPERM);
        assertThat(e)
                .hasMessageStartingWith(
                        "cannot create the TUN device x: operation not permitted"
                                + " (EPERM in ioctl(TUNSETIFF)); it needs the capability"
                                + " CAP_NET_ADMIN: run as root");
        assertThat(e.call()).isEqualTo("ioctl(TUNSETIFF)");
        assertThat(e.errno()).isEqualTo(Errno.EPERM);
        assertThat(e.nextStep()).contains("CAP_NET_ADMIN");
    }

    @Test
    @DisplayName("where nothing can be advised the message ends with the cause")
    void noAdvice() {
        SystemCallException e = new SystemCallException("wait", "poll", Errno.ENOMEM);
        assertThat(e).hasMessage("cannot wait: out of memory (ENOMEM in poll)");
        assertThat(e.nextStep()).isEmpty();
    }

    @Test
    @DisplayName("an error number without a name is shown as a number")
    void unnamed() {
        assertThat(new Errno(4095)).hasToString("errno 4095");
        assertThat(new Errno(4095).meaning()).isEqualTo("error 4095");
        assertThatThrownBy(() -> new Errno(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
