package io.culvert.linux.tun;

import static io.culvert.linux.testing.NetworkNamespace.command;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.linux.sys.Errno;
import io.culvert.linux.sys.SystemCallException;
import io.culvert.linux.testing.EchoPacket;
import io.culvert.linux.testing.NeedsNamespace;
import io.culvert.linux.testing.NetworkNamespace;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxTunTest {
    private static final InetAddress OURS = IpPrefix.parseAddress("10.77.0.1");
    private static final InetAddress THEIRS = IpPrefix.parseAddress("10.77.0.2");

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "with space", "culvert%s", "%d%d", "sixteen-letters-", ".."})
    @DisplayName("a name that cannot be a device's is refused before the kernel sees it")
    void badNames(String name) {
        assertThatThrownBy(() -> LinuxTun.open(name, 1400))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 67, 65536})
    @DisplayName("an MTU that the kernel would refuse is refused before")
    void badMtu(int mtu) {
        assertThatThrownBy(() -> LinuxTun.open(LinuxTun.NUMBERED, mtu))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @NeedsNamespace
    @DisplayName("open makes an interface with the next free number and the MTU; close removes it")
    void opensAndCloses() throws Exception {
        NetworkNamespace.run(() -> {
            try (LinuxTun first = LinuxTun.open(LinuxTun.NUMBERED, 1400);
                    LinuxTun second = LinuxTun.open(LinuxTun.NUMBERED, 9000)) {
                assertThat(first.name()).isEqualTo("culvert0");
                assertThat(second.name()).isEqualTo("culvert1");
                assertThat(first.mtu()).isEqualTo(1400);
                assertThat(links())
                        .contains("culvert0: <POINTOPOINT,MULTICAST,NOARP> mtu 1400 ")
                        .contains("culvert1: <POINTOPOINT,MULTICAST,NOARP> mtu 9000 ");
            }
            assertThat(links()).contains("lo:").doesNotContain("culvert");
        });
    }

    @Test
    @NeedsNamespace
    @DisplayName("a device of the same name is not taken over, and the message says what to do")
    void nameInUse() throws Exception {
        NetworkNamespace.run(() -> {
            command("ip", "tuntap", "add", "dev", "taken", "mode", "tun");
            assertThatThrownBy(() -> LinuxTun.open("taken", 1400))
                    .isInstanceOfSatisfying(
                            SystemCallException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
                    .hasMessageContaining("ip link delete taken");
        });
    }

    @Test
    @NeedsNamespace
    @DisplayName("without the capability the error is EPERM and says how to get it")
    void unprivileged() throws Exception {
        NetworkNamespace.run(() -> {
            NetworkNamespace.dropCapabilities();
            assertThatThrownBy(() -> LinuxTun.open(LinuxTun.NUMBERED, 1400))
                    .isInstanceOfSatisfying(
                            SystemCallException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EPERM))
                    .hasMessageContaining("CAP_NET_ADMIN");
        });
    }

    @Test
    @NeedsNamespace
    @DisplayName("the kernel answers an echo request that we write, and we read the reply")
    void kernelAnswersEcho() throws Exception {
        NetworkNamespace.run(() -> {
            try (PacketPool pool = new PacketPool(8, 1600, 64);
                    LinuxTun tun = up()) {
                for (int sequence = 1; sequence <= 20; sequence++) {
                    int payload = sequence == 20 ? 1400 - 28 : sequence;
                    Octets request = EchoPacket.request(THEIRS, OURS, sequence, payload);
                    write(tun, pool, request);
                    Octets reply = awaitReply(tun, pool, sequence);
                    assertThat(reply.size()).isEqualTo(request.size());
                }
                assertThat(tun.writeDrops()).isZero();
                assertThat(pool.inUse()).isZero();
            }
        });
    }

    @Test
    @NeedsNamespace
    @DisplayName("what the kernel does not take is counted, and the device works on")
    void badPacketsAreDropped() throws Exception {
        NetworkNamespace.run(() -> {
            try (PacketPool pool = new PacketPool(8, 1600, 64);
                    LinuxTun tun = up()) {
                write(tun, pool, Octets.ofHex("00"));
                write(tun, pool, Octets.ofHex("f0 00 00 00"));
                assertThat(tun.writeDrops()).isEqualTo(2);
                assertThat(pool.inUse()).isZero();
                write(tun, pool, EchoPacket.request(THEIRS, OURS, 7, 10));
                assertThat(awaitReply(tun, pool, 7)).isNotNull();
            }
        });
    }

    @Test
    @NeedsNamespace
    @DisplayName("a buffer that could cut a packet is refused")
    void roomForTheMtu() throws Exception {
        NetworkNamespace.run(() -> {
            try (PacketPool pool = new PacketPool(1, 1400 + 63, 64);
                    LinuxTun tun = up()) {
                PacketBuffer[] buffers = {pool.acquire().orElseThrow()};
                assertThatThrownBy(() -> tun.read(buffers, 1))
                        .isInstanceOf(IllegalArgumentException.class);
                buffers[0].release();
            }
        });
    }

    @Test
    @NeedsNamespace
    @DisplayName("close ends a blocked reader and lets a writer finish, whatever the moment")
    void closeFromAnotherThread() throws Exception {
        NetworkNamespace.run(() -> {
            for (int round = 0; round < 30; round++) {
                try (PacketPool pool = new PacketPool(16, 1600, 64)) {
                    LinuxTun tun = up();
                    CompletableFuture<Integer> lastRead = readUntilClosed(tun, pool);
                    CompletableFuture<Integer> lastWrite = new CompletableFuture<>();
                    CompletableFuture<Boolean> started = new CompletableFuture<>();
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    for (int i = 0; i < 200; i++) {
                                        write(tun, pool, EchoPacket.request(THEIRS, OURS, i, 64));
                                        started.complete(true);
                                    }
                                    lastWrite.complete(200);
                                } catch (Throwable e) {
                                    lastWrite.completeExceptionally(e);
                                }
                            });
                    started.get(10, TimeUnit.SECONDS);
                    tun.close();
                    tun.close();
                    assertThat(lastRead.get(10, TimeUnit.SECONDS)).isEqualTo(-1);
                    assertThat(lastWrite.get(10, TimeUnit.SECONDS)).isEqualTo(200);
                    assertThat(pool.inUse()).isZero();
                    assertThat(links()).contains("lo:").doesNotContain(tun.name());
                }
            }
        });
    }

    @Test
    @NeedsNamespace
    @DisplayName("a device removed under us is an error to its reader, not a wait for ever")
    void removedUnderneath() throws Exception {
        NetworkNamespace.run(() -> {
            try (PacketPool pool = new PacketPool(8, 1600, 64);
                    LinuxTun tun = up()) {
                CompletableFuture<Integer> lastRead = readUntilClosed(tun, pool);
                command("ip", "link", "delete", tun.name());
                assertThat(lastRead)
                        .failsWithin(10, TimeUnit.SECONDS)
                        .withThrowableThat()
                        .withCauseInstanceOf(SystemCallException.class)
                        .withMessageContaining("somebody removed the device");
            }
        });
    }

    private static String links() throws Exception {
        return command("ip", "-o", "link");
    }

    private static LinuxTun up() throws Exception {
        LinuxTun tun = LinuxTun.open(LinuxTun.NUMBERED, 1400);
        command("ip", "address", "add", OURS.getHostAddress() + "/24", "dev", tun.name());
        command("ip", "link", "set", tun.name(), "up");
        return tun;
    }

    private static void write(LinuxTun tun, PacketPool pool, Octets packet) throws Exception {
        PacketBuffer buffer = pool.acquire().orElseThrow();
        buffer.set(0, packet);
        tun.write(new PacketBuffer[] {buffer}, 1);
    }

    /// Reads until the reply is there; the kernel sends other packets too, such as IPv6 router solicitations.
    private static Octets awaitReply(LinuxTun tun, PacketPool pool, int sequence) throws Exception {
        PacketBuffer[] buffers = {pool.acquire().orElseThrow(), pool.acquire().orElseThrow()};
        try {
            while (true) {
                int filled = tun.read(buffers, buffers.length);
                assertThat(filled).isBetween(1, 2);
                for (int i = 0; i < filled; i++) {
                    Octets packet = buffers[i].toOctets();
                    if (EchoPacket.isReply(packet, OURS, THEIRS, sequence)) {
                        return packet;
                    }
                }
            }
        } finally {
            buffers[0].release();
            buffers[1].release();
        }
    }

    private static CompletableFuture<Integer> readUntilClosed(LinuxTun tun, PacketPool pool) {
        CompletableFuture<Integer> last = new CompletableFuture<>();
        Thread.ofPlatform()
                .start(() -> {
                    PacketBuffer[] buffers = {pool.acquire().orElseThrow()};
                    try {
                        int filled = tun.read(buffers, 1);
                        while (filled > 0) {
                            filled = tun.read(buffers, 1);
                        }
                        buffers[0].release();
                        last.complete(filled);
                    } catch (Throwable e) {
                        buffers[0].release();
                        last.completeExceptionally(e);
                    }
                });
        return last;
    }
}
