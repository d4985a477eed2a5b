package io.culvert.app.bench;

import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionTimers;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Lifespan;
import io.culvert.ike.api.SelectorTemplate;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportChoice.IkeTcpPolicy;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/// Who takes part in a benchmark: one gateway, and clients that each have an identity and an address of their own.
///
/// All prove themselves with one pre-shared key.
///
/// @param transport the transport that clients choose
/// @param proposal the one proposal for IKE SAs, as in the configuration
/// @param child whether a Child SA is set up with the IKE SA
public record Parties(TransportKind transport, String proposal, boolean child) {
    /// What an IKE SA agrees on where nothing else is asked for.
    public static final String PROPOSAL = "aes128gcm16-prfsha256-x25519";

    /// The most clients that addresses are there for.
    public static final int MOST_CLIENTS = 1 << 24;

    private static final String CHILD_PROPOSAL = "aes128gcm16";
    private static final String GATEWAY = "gateway.bench.example";
    private static final String CLIENTS = "*@bench.example";
    private static final int KEY_OCTETS = 32;
    private static final int REPLAY_WINDOW = 64;
    private static final int LARGE_REQUEST = 1200;
    private static final IpPrefix BEHIND_GATEWAY = IpPrefix.parse("192.168.0.0/16");
    private static final IpPrefix OF_CLIENTS = IpPrefix.parse("10.0.0.0/8");

    /// An idle SA has a timer like any other; it just does not run out during the measurement.
    private static final Duration LIVENESS = Duration.ofHours(1);

    /// The key that all share.
    public SharedKeys keys() {
        List<IdentityPattern> owners =
                List.of(new IdentityPattern(GATEWAY), new IdentityPattern(CLIENTS));
        KeyMaterial key = KeyMaterial.wrap("pre-shared key", new byte[KEY_OCTETS]);
        return new SharedKeys(List.of(new SharedKeys.Entry(owners, key)));
    }

    /// The gateway's connection: for all clients.
    public ConnectionConfig gateway() {
        return connection(
                "gateway",
                new LocalAuthentication.PreSharedKey(Identity.parse(GATEWAY)),
                new RemoteAuthentication.PreSharedKey(new IdentityPattern(CLIENTS)),
                fixed(BEHIND_GATEWAY),
                fixed(OF_CLIENTS));
    }

    /// A client's connection.
    ///
    /// @param number from 0; less than [#MOST_CLIENTS]
    public ConnectionConfig client(int number) {
        return connection(
                "client",
                new LocalAuthentication.PreSharedKey(Identity.parse(number + "@bench.example")),
                new RemoteAuthentication.PreSharedKey(new IdentityPattern(GATEWAY)),
                new SelectorTemplate.Fixed(TrafficSelector.of(address(number))),
                fixed(BEHIND_GATEWAY));
    }

    /// The address behind a client.
    static InetAddress address(int number) {
        return IpPrefix.address(
                new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }

    private ConnectionConfig connection(
            String name,
            LocalAuthentication local,
            RemoteAuthentication remote,
            SelectorTemplate ours,
            SelectorTemplate theirs) {
        ChildConfig net =
                new ChildConfig(
                        "net",
                        List.of(ours),
                        List.of(theirs),
                        ProposalParser.esp(CHILD_PROPOSAL),
                        ChildSaSpec.Mode.TUNNEL,
                        Lifetime.UNLIMITED,
                        Lifespan.UNLIMITED,
                        REPLAY_WINDOW);
        return new ConnectionConfig(
                name,
                List.of(),
                List.of(),
                choice(),
                ProposalParser.ike(proposal),
                local,
                remote,
                List.of(),
                List.of(),
                child ? List.of(net) : List.of(),
                ConnectionConfig.Uniqueness.INITIAL_CONTACT,
                true,
                IkeSaLimits.DEFAULT,
                timers());
    }

    private TransportChoice choice() {
        return switch (transport) {
            case UDP -> new TransportChoice.Udp();
            case IKE_TCP -> new TransportChoice.IkeTcp(IkeTcpPolicy.ALWAYS, LARGE_REQUEST);
            case TCP_ENCAPSULATION -> new TransportChoice.TcpEncapsulation();
        };
    }

    private static ConnectionTimers timers() {
        ConnectionTimers usual = ConnectionTimers.DEFAULT;
        return new ConnectionTimers(
                usual.retransmissions(),
                usual.streamAnswer(),
                usual.connect(),
                LIVENESS,
                usual.natKeepalive(),
                usual.halfOpen());
    }

    private static SelectorTemplate fixed(IpPrefix prefix) {
        return new SelectorTemplate.Fixed(TrafficSelector.of(prefix));
    }
}
