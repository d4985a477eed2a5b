package io.culvert.esp.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.EspOutlet;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketDevice;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.Octets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// A data plane with a pool of its own, whose ESP and events end in queues.
final class PlaneFixture implements AutoCloseable {
    static final int HEADROOM = 64;
    private static final int SECONDS = 10;

    /// An ESP packet that left.
    record Sent(Octets packet, EspRoute route) {}

    final PacketPool pool;
    final UserspaceDataPlane plane;
    final BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    final BlockingQueue<DataPlaneEvent> events = new LinkedBlockingQueue<>();
    final AtomicLong nanos = new AtomicLong();

    PlaneFixture(PacketDevice device) {
        this(device, 256, UserspaceDataPlane.Limits.DEFAULT);
    }

    PlaneFixture(PacketDevice device, int buffers, UserspaceDataPlane.Limits limits) {
        this(device, buffers, limits, _ -> {});
    }

    /// @param listener is told events, too
    PlaneFixture(
            PacketDevice device,
            int buffers,
            UserspaceDataPlane.Limits limits,
            Consumer<DataPlaneEvent> listener) {
        pool = new PacketPool(buffers, 10_000, HEADROOM);
        plane =
                UserspaceDataPlane.start(
                        new JdkCrypto(),
                        device,
                        outlet(),
                        pool,
                        new UserspaceDataPlane.Surroundings(
                                Thread.ofPlatform().daemon().factory(),
                                nanos::get,
                                new SecureRandom(),
                                listener.andThen(events::add)),
                        limits);
    }

    private EspOutlet outlet() {
        return (packets, count, route) -> {
            for (int i = 0; i < count; i++) {
                assertThat(packets[i].start()).isGreaterThanOrEqualTo(8);
                Octets packet = packets[i].toOctets();
                packets[i].release();
                sent.add(new Sent(packet, route));
            }
        };
    }

    /// The next ESP packet that leaves.
    Sent nextSent() throws InterruptedException {
        return Objects.requireNonNull(
                sent.poll(SECONDS, TimeUnit.SECONDS), () -> "nothing was sent; " + plane.drops());
    }

    /// The next event.
    DataPlaneEvent nextEvent() throws InterruptedException {
        return Objects.requireNonNull(events.poll(SECONDS, TimeUnit.SECONDS), "no event came");
    }

    /// Lets one ESP packet arrive.
    void arrive(Octets packet, EspRoute from) {
        arrive(List.of(packet), from);
    }

    /// Lets ESP packets arrive at once.
    void arrive(List<Octets> packets, EspRoute from) {
        PacketBuffer[] buffers =
                packets.stream()
                        .map(packet -> {
                            PacketBuffer buffer = pool.acquire().orElseThrow();
                            buffer.set(HEADROOM, packet);
                            return buffer;
                        })
                        .toArray(PacketBuffer[]::new);
        plane.accept(buffers, buffers.length, from);
    }

    long drops(DropReason reason) {
        return Objects.requireNonNull(plane.drops().get(reason));
    }

    /// Ends the data plane; a buffer that was not given back fails the test.
    @Override
    public void close() {
        plane.close();
        assertThat(pool.inUse()).as("buffers that leaked").isZero();
        pool.close();
    }
}
