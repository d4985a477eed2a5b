package io.culvert.bench;

import io.culvert.app.bench.BareSession;
import io.culvert.app.bench.Parties;
import io.culvert.ike.api.Action;
import io.culvert.ike.api.Admission.Decision;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.session.HalfOpenAdmission;
import io.culvert.ike.session.IkeSession;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
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

/// How many handshakes one thread of a responder does in a second: admission, IKE_SA_INIT and IKE_AUTH with a
/// pre-shared key, from octets to octets, without sockets and data plane.
///
/// The initiator's two requests are made once, before the measurement. They fit again and again because the
/// responder's randomness repeats; it is quicker than the system's by some microseconds.
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@SuppressWarnings("NullAway.Init") // JMH calls record before anything else
public class ResponderBenchmark {
    private static final InetAddress CLIENT = IpPrefix.parseAddress("192.0.2.1");
    private static final InetAddress GATEWAY = IpPrefix.parseAddress("198.51.100.2");
    private static final long SEED = 1;

    /// Longer than admission remembers a request, so that each counts as new.
    private static final Duration BETWEEN = Duration.ofMinutes(1);

    /// Who computes.
    @Param({"jdk", "libcrypto"})
    public String provider = "";

    /// The key exchange, in the configuration's word.
    @Param({"x25519", "ecp256", "modp2048"})
    public String keyExchange = "";

    /// Whether a Child SA is set up too.
    @Param({"false", "true"})
    public boolean child;

    private final RepeatingRandom random = new RepeatingRandom(SEED);
    private MonoTime now = MonoTime.ZERO;
    private SessionContext context;
    private List<ConnectionConfig> connections;
    private HalfOpenAdmission admission;
    private Recorded init;
    private Recorded auth;

    /// A request as it comes to the responder.
    private record Recorded(TransportPath path, Octets message) {
        static Recorded of(Action.Send sent) {
            TransportPath.Udp path = (TransportPath.Udp) sent.path();
            return new Recorded(mirrored(path), sent.message());
        }

        Input asInput() {
            return new Input.MessageReceived(path, message);
        }
    }

    /// For the harness.
    public ResponderBenchmark() {}

    /// Leads one initiator through the handshake and keeps what it sends.
    @Setup
    public void record() {
        Parties parties =
                new Parties(TransportKind.UDP, "aes128gcm16-prfsha256-" + keyExchange, child);
        context = context(parties, random);
        connections = List.of(parties.gateway());
        admission = new HalfOpenAdmission(context, HalfOpenAdmission.Limits.DEFAULT);
        var initiator =
                new BareSession(
                        IkeSession.initiator(
                                context(parties, new SecureRandom()), parties.client(0)));
        var ends = new Endpoints(CLIENT, 500, 4500, GATEWAY, 500, 4500, 500, 4500);
        Input start = new Input.Commanded(new Command.Initiate(ends));
        init = Recorded.of(initiator.handle(now, start).getFirst());
        BareSession responder = accept();
        Recorded response = Recorded.of(responder.handle(now, init.asInput()).getFirst());
        auth = Recorded.of(initiator.handle(now, response.asInput()).getFirst());
        responder.handle(now, auth.asInput());
        if (!responder.isEstablished()) {
            throw new IllegalStateException("the handshake that was to be recorded failed");
        }
    }

    /// The responder's side of a whole handshake.
    ///
    /// @return the established session
    @Benchmark
    public BareSession respond() {
        now = now.plus(BETWEEN);
        BareSession responder = accept();
        responder.handle(now, init.asInput());
        responder.handle(now, auth.asInput());
        if (!responder.isEstablished()) {
            throw new IllegalStateException("not established");
        }
        return responder;
    }

    private BareSession accept() {
        random.restart();
        if (!(admission.decide(now, init.path(), init.message())
                instanceof Decision.Accept(IkeSpi ours))) {
            throw new IllegalStateException("not admitted");
        }
        admission.handshakeEnded(now, ours, true);
        return new BareSession(IkeSession.responder(context, ours, connections));
    }

    private SessionContext context(Parties parties, SecureRandom source) {
        return new SessionContext(
                Providers.named(provider),
                source,
                parties.keys(),
                false,
                OptionalInt.empty(),
                4500);
    }

    private static TransportPath mirrored(TransportPath.Udp path) {
        return new TransportPath.Udp(
                /* local= */ path.remote(), /* remote= */ path.local(), path.nonEspMarker());
    }
}
