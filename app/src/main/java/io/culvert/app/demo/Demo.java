package io.culvert.app.demo;

import io.culvert.app.control.ExitCode;
import io.culvert.app.daemon.AlgorithmText;
import io.culvert.app.daemon.CryptoChoice;
import io.culvert.app.daemon.FailureText;
import io.culvert.app.demo.DemoReport.Ping;
import io.culvert.app.pki.KeyKind;
import io.culvert.esp.device.EchoRequest;
import io.culvert.esp.device.IpEcho;
import io.culvert.esp.device.MemoryDevice;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ike.api.SessionStatus.ChildSaStatus;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ipsec.dataplane.ChildSaCounters;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.TrafficSelector;
import io.culvert.runtime.embed.AddressPool;
import io.culvert.runtime.embed.BoundPorts;
import io.culvert.runtime.embed.Remote;
import io.culvert.runtime.embed.SessionEvent;
import io.culvert.runtime.embed.SessionHandle;
import io.culvert.runtime.embed.SessionOutcome;
import io.culvert.runtime.net.ListenSettings.TcpPort;
import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Sets up a tunnel between two endpoints in this process, over real sockets of the loopback interface, and pings
/// through it.
public final class Demo {
    private static final int MTU = 1400;
    private static final int QUEUE = 64;
    private static final int PING_OCTETS = 56;
    private static final Duration HANDSHAKE = Duration.ofSeconds(20);
    private static final Duration PING = Duration.ofSeconds(2);
    private static final Duration GOODBYE = Duration.ofSeconds(3);

    private final Options options;
    private final DemoView view;
    private final SecureRandom random = new SecureRandom();
    // the session's thread sets it, once; guarded by this
    private Optional<MonoTime> first = Optional.empty();

    private Demo(Options options, DemoView view) {
        this.options = options;
        this.view = view;
    }

    /// What to show.
    ///
    /// @param transport the transport
    /// @param keys the kind of certificate keys; empty for a pre-shared key
    /// @param pings how many pings
    public record Options(TransportKind transport, Optional<KeyKind> keys, int pings) {}

    /// Runs it.
    ///
    /// @return whether all pings came back, and if not, why
    /// @throws IOException if the loopback interface cannot be used
    public static ExitCode run(Options options, DemoView view)
            throws IOException, InterruptedException {
        return new Demo(options, view).run();
    }

    private ExitCode run() throws IOException, InterruptedException {
        CryptoChoice crypto = CryptoChoice.make();
        DemoParties parties = DemoParties.make(options.transport, options.keys, random);
        DemoNode.Shared shared = new DemoNode.Shared(crypto.provider(), random, parties.keys());
        MemoryDevice device = new MemoryDevice("client", MTU, QUEUE);
        IpEcho echo = new IpEcho("echo host", MTU, List.of(DemoParties.ECHO_HOST));
        try (DemoNode gateway =
                        DemoNode.open(
                                shared,
                                echo,
                                List.of(TcpPort.serving(0)),
                                List.of(parties.gateway()),
                                List.of(
                                        new AddressPool(
                                                DemoParties.POOL_NAME,
                                                DemoParties.POOL,
                                                List.of())),
                                event -> {});
                DemoNode client =
                        DemoNode.open(
                                shared, device, List.of(), List.of(), List.of(), this::happened)) {
            view.started(setting(crypto, client, gateway));
            SessionHandle handle =
                    client.endpoint()
                            .initiate(parties.client(), remote(gateway.endpoint().ports()));
            SessionOutcome outcome =
                    handle.await(HANDSHAKE).orElse(new SessionOutcome.Failed(tooSlow()));
            if (outcome instanceof SessionOutcome.Failed(SessionFailure failure)) {
                view.failed(failure);
                return FailureText.exit(failure);
            }
            return useTunnel(client, device, handle);
        }
    }

    private ExitCode useTunnel(DemoNode client, MemoryDevice device, SessionHandle handle)
            throws InterruptedException {
        SessionStatus status = handle.status(PING).orElseThrow();
        ChildSaStatus child = status.children().getFirst();
        view.established(tunnel(status, child));
        List<Ping> pings = new ArrayList<>();
        for (int i = 1; i <= options.pings; i++) {
            pings.add(ping(device, status.virtualIps().getFirst(), i));
            view.pinged(pings.getLast());
        }
        ChildSaCounters counters = client.endpoint().dataPlane().counters(child.id());
        handle.terminate("the demo is over");
        handle.awaitEnd(GOODBYE);
        DemoReport.Totals totals =
                new DemoReport.Totals(pings, counters.outboundPackets(), counters.inboundPackets());
        view.ended(totals);
        return totals.isGood() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static Ping ping(MemoryDevice device, InetAddress source, int number)
            throws InterruptedException {
        EchoRequest request =
                new EchoRequest(source, DemoParties.ECHO_HOST, 0xc1, number, PING_OCTETS);
        Octets packet = request.toOctets();
        long start = System.nanoTime();
        device.send(packet);
        Optional<Duration> roundTrip = Optional.empty();
        long left = PING.toNanos();
        while (roundTrip.isEmpty() && left > 0) {
            Optional<Octets> reply = device.receive(Duration.ofNanos(left));
            long now = System.nanoTime();
            if (reply.filter(request::isAnsweredBy).isPresent()) {
                roundTrip = Optional.of(Duration.ofNanos(now - start));
            }
            left = start + PING.toNanos() - now;
        }
        return new Ping(number, DemoParties.ECHO_HOST.getHostAddress(), packet.size(), roundTrip);
    }

    private synchronized void happened(SessionEvent event) {
        if (event.event() instanceof IkeEvent.MessagePassed passed) {
            MonoTime origin = first.orElse(event.when());
            first = Optional.of(origin);
            view.passed(
                    new DemoReport.Rung(
                            event.when().since(origin),
                            passed.sent(),
                            passed.exchange(),
                            passed.request(),
                            passed.messageId(),
                            passed.path().kind().word(),
                            passed.path().remote().getPort(),
                            passed.octets(),
                            passed.payloads(),
                            passed.repeated()));
        }
    }

    private DemoReport.Setting setting(CryptoChoice crypto, DemoNode client, DemoNode gateway) {
        return new DemoReport.Setting(
                crypto.provider().name(),
                crypto.note(),
                options.keys
                        .map(k -> "certificates, " + k.name().toLowerCase(Locale.ROOT))
                        .orElse("pre-shared key"),
                place(client.endpoint().ports()),
                place(gateway.endpoint().ports()));
    }

    private static String place(BoundPorts ports) {
        String udp = "127.0.0.1, UDP %d and %d".formatted(ports.udp(), ports.natTraversal());
        return ports.ikeTcp().isPresent() ? udp + ", TCP " + ports.ikeTcp().getAsInt() : udp;
    }

    private static Remote remote(BoundPorts ports) {
        return new Remote(
                InetAddress.ofLiteral("127.0.0.1"),
                ports.udp(),
                ports.natTraversal(),
                ports.ikeTcp().orElseThrow(),
                ports.tcpEncapsulation().orElseThrow());
    }

    private static SessionFailure tooSlow() {
        return new SessionFailure.Unreachable(
                "no tunnel within " + HANDSHAKE.toSeconds() + " s",
                "check that nothing blocks the loopback interface");
    }

    private synchronized DemoReport.Tunnel tunnel(SessionStatus status, ChildSaStatus child) {
        String esp =
                switch (child.route()) {
                    case EspRoute.Udp(_, var to) -> "udp to port " + to.getPort();
                    case EspRoute.Tcp _ -> "the same TCP connection";
                    case EspRoute.Unknown _ -> "not known yet";
                };
        MonoTime established = status.establishedAt().orElse(child.establishedAt());
        return new DemoReport.Tunnel(
                options.transport.word(),
                status.transportWhy(),
                status.suite().map(AlgorithmText::of).orElse("?"),
                esp,
                AlgorithmText.of(child.transform()),
                text(child.local()),
                text(child.remote()),
                established.since(first.orElse(established)));
    }

    private static String text(List<TrafficSelector> selectors) {
        return String.join(" ", selectors.stream().map(TrafficSelector::toString).toList());
    }
}
