package io.culvert.sim;

import io.culvert.esp.device.EchoRequest;
import io.culvert.esp.device.IpEcho;
import io.culvert.esp.device.MemoryDevice;
import io.culvert.esp.device.UserspaceDataPlane;
import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionTimers;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Lifespan;
import io.culvert.ike.api.SelectorTemplate;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ike.proposal.Encryption;
import io.culvert.ike.proposal.EspProposal;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.packet.PacketDevice;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.TrafficSelector;
import io.culvert.runtime.embed.AddressAssigner;
import io.culvert.runtime.embed.AddressPool;
import io.culvert.runtime.embed.DataPlaneFactory;
import io.culvert.runtime.embed.EndpointSettings;
import io.culvert.runtime.embed.IkeEndpoint;
import io.culvert.runtime.embed.IkeSessions;
import io.culvert.runtime.embed.Remote;
import io.culvert.runtime.embed.SessionEvent;
import io.culvert.runtime.net.ListenSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/// A whole endpoint on 127.0.0.1 with ESP in user space and a device in memory, for tests of the real sockets.
final class LoopbackParty implements AutoCloseable {
    static final InetAddress LOOPBACK = IpPrefix.parseAddress("127.0.0.1");
    static final InetAddress SERVER = IpPrefix.parseAddress("10.77.0.1");
    static final String SECRET = "a secret of 24 characters";

    private static final int MTU = 1400;
    private static final String GATEWAY = "vpn.example.org";
    private static final IkeProposal IKE =
            new IkeProposal(
                    List.of(new Encryption(EncryptionAlgorithm.AES_GCM_16, 128)),
                    List.of(PrfAlgorithm.HMAC_SHA2_256),
                    List.of(),
                    List.of(KeyExchangeMethod.CURVE25519));
    private static final EspProposal ESP =
            new EspProposal(
                    List.of(new Encryption(EncryptionAlgorithm.AES_GCM_16, 128)),
                    List.of(),
                    List.of(),
                    List.of(false));

    private final PacketPool pool = new PacketPool(512, 2048, 64);
    private final PacketDevice device;
    private final Queue<SessionEvent> events = new ConcurrentLinkedQueue<>();
    private final List<InetAddress> addresses = new CopyOnWriteArrayList<>();
    private final IkeEndpoint endpoint;

    private LoopbackParty(
            PacketDevice device,
            List<ConnectionConfig> connections,
            List<AddressPool> pools,
            String secret)
            throws IOException {
        this.device = device;
        var common =
                new IkeSessions.Common(
                        new JdkCrypto(),
                        new SecureRandom(),
                        sharedKeys(secret),
                        false,
                        OptionalInt.empty());
        ListenSettings listen =
                new ListenSettings(
                        List.of(LOOPBACK), 0, 0, List.of(ListenSettings.TcpPort.serving(0)));
        endpoint =
                IkeEndpoint.open(
                        EndpointSettings.of(listen, common::at, dataPlane())
                                .answering(connections, pools)
                                .assigning(new Assigned())
                                .telling(events::add));
    }

    /// A gateway with a host at [#SERVER] behind it, which leases addresses of 10.77.1.0/24.
    static LoopbackParty gateway() throws IOException {
        return new LoopbackParty(
                new IpEcho("echo", MTU, List.of(SERVER)),
                List.of(gatewayConnection()),
                List.of(
                        new AddressPool(
                                "rw",
                                IpPrefix.parse("10.77.1.0/24"),
                                List.of(IpPrefix.parseAddress("10.77.1.1")))),
                SECRET);
    }

    /// A road warrior.
    static LoopbackParty client(String secret) throws IOException {
        return new LoopbackParty(
                new MemoryDevice("memory", MTU, 256), List.of(), List.of(), secret);
    }

    /// A connection to the gateway.
    ///
    /// @param user who we say we are, before `@example.org`
    static ConnectionConfig clientConnection(String user, TransportChoice transport) {
        return connection(
                "home",
                transport,
                user + "@example.org",
                GATEWAY,
                List.of(IpPrefix.parseAddress("0.0.0.0")),
                List.of(),
                List.of(SelectorTemplate.Dynamic.ANY),
                List.of(net("10.77.0.0/24")));
    }

    IkeEndpoint endpoint() {
        return endpoint;
    }

    Queue<SessionEvent> events() {
        return events;
    }

    /// The addresses that a peer assigned to us.
    List<InetAddress> addresses() {
        return addresses;
    }

    /// Where others find it.
    Remote remote() {
        return new Remote(
                LOOPBACK,
                endpoint.ports().udp(),
                endpoint.ports().natTraversal(),
                endpoint.ports().ikeTcp().orElseThrow(),
                endpoint.ports().tcpEncapsulation().orElseThrow());
    }

    /// Pings [#SERVER] from the assigned address.
    ///
    /// @return whether the reply came
    boolean ping(int sequence) throws InterruptedException {
        EchoRequest request = new EchoRequest(addresses.getFirst(), SERVER, 7, sequence, 56);
        MemoryDevice memory = (MemoryDevice) device;
        memory.send(request.toOctets());
        Optional<Octets> reply = memory.receive(Duration.ofSeconds(5));
        return reply.filter(request::isAnsweredBy).isPresent();
    }

    /// How many packet buffers are out.
    int buffersInUse() {
        return pool.inUse();
    }

    @Override
    public void close() {
        endpoint.close();
        pool.close();
    }

    private DataPlaneFactory dataPlane() {
        return (outlet, listener) -> {
            UserspaceDataPlane plane =
                    UserspaceDataPlane.start(
                            new JdkCrypto(),
                            device,
                            outlet,
                            pool,
                            new UserspaceDataPlane.Surroundings(
                                    Thread.ofPlatform().daemon().factory(),
                                    System::nanoTime,
                                    new SecureRandom(),
                                    listener),
                            UserspaceDataPlane.Limits.DEFAULT);
            return new DataPlaneFactory.Parts(plane, plane);
        };
    }

    private static ConnectionConfig gatewayConnection() {
        return connection(
                "gateway",
                new TransportChoice.Udp(),
                GATEWAY,
                "*@example.org",
                List.of(),
                List.of("rw"),
                List.of(net("10.77.0.0/24")),
                List.of(SelectorTemplate.Dynamic.ANY));
    }

    private static ConnectionConfig connection(
            String name,
            TransportChoice transport,
            String us,
            String peer,
            List<InetAddress> virtualIps,
            List<String> pools,
            List<SelectorTemplate> local,
            List<SelectorTemplate> remote) {
        ChildConfig child =
                new ChildConfig(
                        "net",
                        local,
                        remote,
                        List.of(ESP),
                        ChildSaSpec.Mode.TUNNEL,
                        Lifetime.UNLIMITED,
                        Lifespan.UNLIMITED,
                        1024);
        return new ConnectionConfig(
                name,
                List.of(),
                List.of(),
                transport,
                List.of(IKE),
                new LocalAuthentication.PreSharedKey(Identity.parse(us)),
                new RemoteAuthentication.PreSharedKey(new IdentityPattern(peer)),
                virtualIps,
                pools,
                List.of(child),
                ConnectionConfig.Uniqueness.INITIAL_CONTACT,
                true,
                IkeSaLimits.DEFAULT,
                ConnectionTimers.DEFAULT);
    }

    private static SelectorTemplate net(String prefix) {
        return new SelectorTemplate.Fixed(TrafficSelector.of(IpPrefix.parse(prefix)));
    }

    private static SharedKeys sharedKeys(String secret) {
        KeyMaterial key = KeyMaterial.wrap("psk", secret.getBytes(StandardCharsets.UTF_8));
        return new SharedKeys(List.of(new SharedKeys.Entry(List.of(), key)));
    }

    /// Remembers what was assigned.
    private final class Assigned implements AddressAssigner {
        @Override
        public void assign(long session, List<InetAddress> assigned, List<InetAddress> dns) {
            addresses.addAll(assigned);
        }

        @Override
        public void release(long session, List<InetAddress> released) {
            addresses.removeAll(released);
        }
    }
}
