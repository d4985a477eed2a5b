package io.culvert.bench;

import io.culvert.esp.ip.IpHeaderView;
import io.culvert.esp.policy.SecurityAssociationDatabase;
import io.culvert.esp.policy.SecurityPolicy;
import io.culvert.esp.policy.SecurityPolicyDatabase;
import io.culvert.esp.policy.Verdict;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What it costs to find the SA of a packet, by the number of SAs: a gateway with one virtual IP for each.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PolicyBenchmark {
    private static final int PACKETS = 1024;

    @Param({"1", "100", "10000"})
    private int sas;

    private final PacketPool pool = new PacketPool(PACKETS, 128, 16);
    private final PacketBuffer[] packets = new PacketBuffer[PACKETS];
    private final IpHeaderView view = new IpHeaderView();
    private SecurityPolicyDatabase<Integer> policies = SecurityPolicyDatabase.empty();
    private SecurityAssociationDatabase<Integer> associations = SecurityAssociationDatabase.empty();
    private int[] spis = {};
    private int next;

    /// For JMH.
    public PolicyBenchmark() {}

    /// Installs the SAs and makes packets for some of them.
    @Setup
    public void install() {
        Random random = new Random(4301);
        List<TrafficSelector> anywhere = List.of(TrafficSelector.of(IpPrefix.parse("0.0.0.0/0")));
        spis = random.ints(sas).toArray();
        for (int i = 0; i < sas; i++) {
            TrafficSelector client = TrafficSelector.of(IpPrefix.address(address(i)));
            policies = policies.with(new SecurityPolicy<>(anywhere, List.of(client), i));
            associations = associations.with(new Spi(spis[i]), i);
        }
        for (int i = 0; i < PACKETS; i++) {
            byte[] header = new byte[28];
            header[0] = 0x45;
            header[3] = 28;
            header[9] = IpHeaderView.UDP;
            System.arraycopy(address(random.nextInt(sas)), 0, header, 16, 4);
            packets[i] = pool.acquire().orElseThrow();
            packets[i].set(16, Octets.of(header));
        }
    }

    /// Reads the headers of an outbound packet and finds its SA.
    @Benchmark
    public Verdict<Integer> outbound() {
        next = (next + 1) % PACKETS;
        if (!view.read(packets[next])) {
            throw new IllegalStateException("not an IP packet");
        }
        return policies.lookup(view);
    }

    /// Finds the SA of an inbound packet.
    @Benchmark
    public Optional<Integer> inbound() {
        next = (next + 1) % spis.length;
        return associations.find(spis[next]);
    }

    /// Gives everything back.
    @TearDown
    public void close() {
        for (PacketBuffer packet : packets) {
            packet.release();
        }
        pool.close();
    }

    private static byte[] address(int client) {
        return new byte[] {10, 64, (byte) (client >>> 8), (byte) client};
    }
}
