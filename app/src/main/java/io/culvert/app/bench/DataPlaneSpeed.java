package io.culvert.app.bench;

import io.culvert.app.control.Json;
import io.culvert.esp.device.UserspaceDataPlane;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.packet.EspOutlet;
import io.culvert.ipsec.packet.PacketDevice;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// How much the user-space data plane carries on one thread, from one end of a Child SA to the other in memory.
///
/// Two data planes are back to back: policy lookup, sealing, SA lookup, replay check, opening and selector check are
/// done as for packets of a network; sockets and devices of the system are not there.
public final class DataPlaneSpeed {
    /// The inner packets, in octets.
    private static final List<Integer> SIZES = List.of(64, 512, 1400);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(2);
    private static final Duration STEP = Duration.ofMillis(250);
    private static final int BUFFERS = 256;
    private static final int BUFFER_OCTETS = 2048;
    private static final int HEADROOM = 128;
    private static final int REPLAY_WINDOW = 1024;
    private static final IpPrefix NEAR = IpPrefix.parse("10.0.0.0/8");
    private static final IpPrefix FAR = IpPrefix.parse("192.168.0.0/16");
    private static final EspRoute ROUTE =
            new EspRoute.Udp(
                    new InetSocketAddress(Loopback.ADDRESS, 4500),
                    new InetSocketAddress(Loopback.ADDRESS, 4501));

    /// What to measure.
    ///
    /// @param transform the algorithms
    /// @param time how long for each size and direction, after a warm-up of as long or 2 seconds
    public record Options(EspTransform transform, CryptoProvider crypto, Duration time) {}

    /// What was found for packets of one size.
    ///
    /// @param octets the size of an inner packet
    /// @param sealNanos the time for sealing one
    /// @param bothNanos the time for sealing and opening one
    public record Row(int octets, double sealNanos, double bothNanos) {
        private double gigabits(double nanos) {
            return octets * 8 / nanos;
        }
    }

    /// What was found.
    ///
    /// @param options what was measured
    /// @param rows one for each size
    public record Found(Options options, List<Row> rows) implements Findings {
        /// Copies the list.
        public Found {
            rows = List.copyOf(rows);
        }

        @Override
        public ObjectNode json() {
            ObjectNode node =
                    Json.object()
                            .put("benchmark", "dataplane")
                            .put("machine", Findings.machine())
                            .put("transform", text(options.transform))
                            .put("crypto", options.crypto.name());
            ArrayNode sizes = node.putArray("sizes");
            for (Row row : rows) {
                sizes.addObject()
                        .put("octets", row.octets)
                        .put("seal-nanoseconds", row.sealNanos)
                        .put("seal-and-open-nanoseconds", row.bothNanos)
                        .put("seal-gigabits-per-second", row.gigabits(row.sealNanos))
                        .put("seal-and-open-gigabits-per-second", row.gigabits(row.bothNanos));
            }
            return node;
        }

        @Override
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add(
                    "user-space data plane, one thread, %s, %s"
                            .formatted(text(options.transform), options.crypto.name()));
            lines.add("  octets      seal             seal and open");
            for (Row row : rows) {
                lines.add(
                        "  %6d   %6.0f ns %5.2f Gbit/s   %6.0f ns %5.2f Gbit/s"
                                .formatted(
                                        row.octets,
                                        row.sealNanos,
                                        row.gigabits(row.sealNanos),
                                        row.bothNanos,
                                        row.gigabits(row.bothNanos)));
            }
            lines.add("  " + Findings.machine());
            return lines;
        }

        private static String text(EspTransform transform) {
            return transform.keyLengthBits() == 0
                    ? transform.encryption().toString()
                    : transform.encryption() + "_" + transform.keyLengthBits();
        }
    }

    private DataPlaneSpeed() {}

    /// Measures.
    ///
    /// @throws IllegalStateException if packets are lost, which would make the figures wrong
    public static Found measure(Options options, Progress progress) throws InterruptedException {
        // the first of a process is slow whatever its size: it is not counted
        sealAndOpen(options, SIZES.getLast(), progress);
        List<Row> rows = new ArrayList<>();
        for (int octets : SIZES) {
            double seal = seal(options, octets, progress);
            double both = sealAndOpen(options, octets, progress);
            rows.add(new Row(octets, seal, both));
        }
        return new Found(options, rows);
    }

    private static double seal(Options options, int octets, Progress progress)
            throws InterruptedException {
        LongAdder sealed = new LongAdder();
        EspOutlet outlet =
                (packets, count, _) -> {
                    for (int i = 0; i < count; i++) {
                        packets[i].release();
                    }
                    sealed.add(count);
                };
        try (PacketPool pool = new PacketPool(BUFFERS, BUFFER_OCTETS, HEADROOM);
                UserspaceDataPlane near =
                        plane(options, new PacketSource(packet(octets)), outlet, pool)) {
            near.install(spec(options.transform, true));
            return nanosEach("sealing " + octets, options, sealed::sum, progress, near);
        }
    }

    private static double sealAndOpen(Options options, int octets, Progress progress)
            throws InterruptedException {
        PacketSink sink = new PacketSink(octets);
        try (PacketPool pool = new PacketPool(BUFFERS, BUFFER_OCTETS, HEADROOM);
                UserspaceDataPlane far =
                        plane(
                                options,
                                sink,
                                (packets, count, _) -> {
                                    throw new IllegalStateException("the far end sends nothing");
                                },
                                pool);
                UserspaceDataPlane near =
                        plane(options, new PacketSource(packet(octets)), far::accept, pool)) {
            far.install(spec(options.transform, false));
            near.install(spec(options.transform, true));
            String what = "sealing and opening " + octets;
            return nanosEach(what, options, sink::packets, progress, near, far);
        }
    }

    private static double nanosEach(
            String what,
            Options options,
            LongSupplier packets,
            Progress progress,
            UserspaceDataPlane... planes)
            throws InterruptedException {
        boolean brief = options.time.compareTo(LONGEST_WARM_UP) < 0;
        pass("warming up for " + what, brief ? options.time : LONGEST_WARM_UP, progress);
        long lostBefore = lost(planes);
        long before = packets.getAsLong();
        long start = System.nanoTime();
        do {
            pass(what, options.time, progress);
            // on a busy machine the loop may not have had its turn yet
        } while (packets.getAsLong() == before
                && System.nanoTime() - start < LONGEST_WAIT.toNanos());
        long carried = packets.getAsLong() - before;
        double nanos = System.nanoTime() - start;
        long lost = lost(planes) - lostBefore;
        if (carried == 0 || lost > 0) {
            throw new IllegalStateException(
                    "%d packets carried and %d lost while %s octets"
                            .formatted(carried, lost, what));
        }
        return nanos / carried;
    }

    private static long lost(UserspaceDataPlane... planes) {
        long lost = 0;
        for (UserspaceDataPlane plane : planes) {
            lost += plane.drops().values().stream().mapToLong(Long::longValue).sum();
        }
        return lost;
    }

    private static void pass(String what, Duration duration, Progress progress)
            throws InterruptedException {
        long start = System.nanoTime();
        long whole = duration.toNanos();
        for (long gone = 0; gone < whole; gone = System.nanoTime() - start) {
            progress.at(what, gone / 1_000_000, whole / 1_000_000);
            Thread.sleep(Duration.ofNanos(Math.min(STEP.toNanos(), whole - gone)));
        }
    }

    private static UserspaceDataPlane plane(
            Options options, PacketDevice device, EspOutlet outlet, PacketPool pool) {
        return UserspaceDataPlane.start(
                options.crypto,
                device,
                outlet,
                pool,
                new UserspaceDataPlane.Surroundings(
                        Thread.ofPlatform().daemon().factory(),
                        System::nanoTime,
                        new SecureRandom(),
                        _ -> {}),
                UserspaceDataPlane.Limits.DEFAULT);
    }

    /// One end of the Child SA: both directions have keys of zeros, which is as quick as any.
    private static ChildSaSpec spec(EspTransform transform, boolean near) {
        EspKeys keys =
                new EspKeys(
                        KeyMaterial.wrap("bench", new byte[transform.encryptionKeyOctets()]),
                        KeyMaterial.wrap("bench", new byte[transform.integrity().keyOctets()]));
        Spi toNear = new Spi(Spi.LOWEST);
        Spi toFar = new Spi(Spi.LOWEST + 1);
        return new ChildSaSpec(
                new ChildSaId(near ? 1 : 2),
                "bench/net",
                transform,
                ChildSaSpec.Mode.TUNNEL,
                near ? toNear : toFar,
                keys,
                near ? toFar : toNear,
                keys,
                List.of(TrafficSelector.of(near ? NEAR : FAR)),
                List.of(TrafficSelector.of(near ? FAR : NEAR)),
                ROUTE,
                REPLAY_WINDOW,
                Lifetime.UNLIMITED);
    }

    /// An IPv4 packet from one side to the other.
    private static Octets packet(int octets) {
        return new OctetsBuilder(octets)
                .u8(0x45)
                .u8(0)
                .u16(octets)
                .u32(0)
                .u8(64)
                .u8(17)
                .u16(0)
                .octets(Octets.of(NEAR.base().getAddress()))
                .octets(Octets.of(FAR.base().getAddress()))
                .octets(Octets.wrap(new byte[octets - 20]))
                .build();
    }
}
