package io.culvert.bench;

import io.culvert.app.bench.BareSession;
import io.culvert.app.bench.Parties;
import io.culvert.ike.api.Action;
import io.culvert.ike.api.Admission.Decision;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.session.HalfOpenAdmission;
import io.culvert.ike.session.IkeSession;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.OptionalInt;
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
import org.openjdk.jmh.annotations.Warmup;

/// What a stranger's first message costs at the door, by how many others stand there: it must not depend on them.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls fill before anything else
public class AdmissionBenchmark {
    private static final int SPI_OCTETS = 8;
    private static final InetSocketAddress DOOR =
            new InetSocketAddress(IpPrefix.parseAddress("198.51.100.2"), 500);

    /// The half-open SAs.
    @Param({"10", "10000"})
    public int halfOpen;

    private final MonoTime now = MonoTime.ZERO;
    private HalfOpenAdmission admission;
    private HalfOpenAdmission strict;
    private byte[] request = new byte[0];
    private long counter;

    /// For the harness.
    public AdmissionBenchmark() {}

    /// Lets the others in.
    @Setup
    public void fill() {
        Parties parties = new Parties(TransportKind.UDP, Parties.PROPOSAL, true);
        var context =
                new SessionContext(
                        new JdkCrypto(),
                        new SecureRandom(),
                        parties.keys(),
                        false,
                        OptionalInt.empty(),
                        4500);
        request = request(context, parties);
        admission = open(context, halfOpen + 1);
        strict = open(context, halfOpen);
        for (int i = 0; i < halfOpen; i++) {
            Octets message = next();
            admission.decide(now, path(i), message);
            strict.decide(now, path(i), message);
        }
    }

    /// A new request is let in, and its session ends again.
    ///
    /// @return its SPI
    @Benchmark
    public IkeSpi accept() {
        if (!(admission.decide(now, path(0), next()) instanceof Decision.Accept(IkeSpi ours))) {
            throw new IllegalStateException("not admitted");
        }
        admission.handshakeEnded(now, ours, false);
        return ours;
    }

    /// A new request is answered with a cookie.
    ///
    /// @return the answer
    @Benchmark
    public Octets cookie() {
        if (!(strict.decide(now, path(0), next()) instanceof Decision.Reply(Octets answer, _))) {
            throw new IllegalStateException("no cookie");
        }
        return answer;
    }

    private static HalfOpenAdmission open(SessionContext context, int cookiesFrom) {
        int more = cookiesFrom + 1;
        return new HalfOpenAdmission(
                context, new HalfOpenAdmission.Limits(cookiesFrom, more, more, 1000));
    }

    private static byte[] request(SessionContext context, Parties parties) {
        InetAddress client = IpPrefix.parseAddress("192.0.2.1");
        var ends = new Endpoints(client, 500, 4500, DOOR.getAddress(), 500, 4500, 500, 4500);
        var initiator = new BareSession(IkeSession.initiator(context, parties.client(0)));
        Input start = new Input.Commanded(new Command.Initiate(ends));
        Action.Send sent = initiator.handle(MonoTime.ZERO, start).getFirst();
        return sent.message().toArray();
    }

    /// The same request with another SPI.
    private Octets next() {
        counter++;
        for (int i = 0; i < SPI_OCTETS; i++) {
            request[i] = (byte) (counter >>> (8 * i));
        }
        return Octets.of(request);
    }

    private static TransportPath path(int source) {
        InetAddress address =
                IpPrefix.address((byte) 10, (byte) 1, (byte) (source >> 8), (byte) source);
        return new TransportPath.Udp(DOOR, new InetSocketAddress(address, 500), false);
    }
}
