package io.culvert.sim.scenario;

import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionTimers;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Lifespan;
import io.culvert.ike.api.SelectorTemplate;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportOrder;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ike.proposal.Encryption;
import io.culvert.ike.proposal.EspProposal;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.TrafficSelector;
import io.culvert.sim.network.Dice;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/// The configurations of simulated endpoints: road warriors and a gateway with the network 10.0.0.0/8.
public final class Connections {
    /// A host behind the gateway.
    public static final InetAddress BEHIND_GATEWAY = IpPrefix.parseAddress("10.0.0.0");

    /// Who the gateway says to be.
    public static final String GATEWAY = "vpn.example.org";

    /// Whom the gateway answers.
    public static final String ANYBODY = "*@example.org";

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
                    List.of(false, true));

    /// The times and bounds of a connection.
    ///
    /// @param timers how patient it is
    /// @param ike bounds of the IKE SA
    /// @param child how long a Child SA is used
    /// @param mobike whether its IKE SA may move
    public record Limits(
            ConnectionTimers timers, IkeSaLimits ike, Lifespan child, boolean mobike) {}

    private Connections() {}

    /// What the sessions of an endpoint share.
    ///
    /// @param ikeTcpPort where it takes raw IKE over TCP, if it does
    public static SessionContext context(CryptoProvider crypto, Dice dice, OptionalInt ikeTcpPort) {
        KeyMaterial key =
                KeyMaterial.wrap("psk", "simulated secret".getBytes(StandardCharsets.UTF_8));
        var owners = List.of(new IdentityPattern(ANYBODY), new IdentityPattern(GATEWAY));
        var keys = new SharedKeys(List.of(new SharedKeys.Entry(owners, key)));
        return new SessionContext(crypto, dice, keys, true, ikeTcpPort, 4500);
    }

    /// The connection of a road warrior.
    ///
    /// @param name of its own
    public static ConnectionConfig client(
            String name, TransportOrder transports, boolean virtualIp, Limits limits) {
        return connection(
                name + "@example.org",
                GATEWAY,
                transports,
                virtualIp ? List.of(IpPrefix.parseAddress("0.0.0.0")) : List.of(),
                List.of(),
                child(SelectorTemplate.Dynamic.ANY, network(), limits.child),
                limits);
    }

    /// The connection of a gateway that gives addresses to road warriors.
    public static ConnectionConfig gateway(Limits limits) {
        return connection(
                GATEWAY,
                ANYBODY,
                TransportOrder.of(new TransportChoice.Udp()),
                List.of(),
                List.of("pool"),
                child(network(), SelectorTemplate.Dynamic.ANY, limits.child),
                limits);
    }

    static ConnectionTimers timers(List<Duration> retransmissions, Duration liveness) {
        ConnectionTimers usual = ConnectionTimers.DEFAULT;
        return new ConnectionTimers(
                retransmissions,
                Duration.ofSeconds(20),
                usual.connect(),
                liveness,
                usual.natKeepalive(),
                usual.halfOpen());
    }

    private static SelectorTemplate network() {
        return new SelectorTemplate.Fixed(TrafficSelector.of(IpPrefix.parse("10.0.0.0/8")));
    }

    private static ChildConfig child(
            SelectorTemplate local, SelectorTemplate remote, Lifespan lifespan) {
        return new ChildConfig(
                "net",
                List.of(local),
                List.of(remote),
                List.of(ESP),
                ChildSaSpec.Mode.TUNNEL,
                Lifetime.UNLIMITED,
                lifespan,
                1024);
    }

    private static ConnectionConfig connection(
            String local,
            String remote,
            TransportOrder transports,
            List<InetAddress> virtualIps,
            List<String> pools,
            ChildConfig child,
            Limits limits) {
        var connection =
                new ConnectionConfig(
                        "sim",
                        List.of(),
                        List.of(),
                        transports.first(),
                        List.of(IKE),
                        new LocalAuthentication.PreSharedKey(Identity.parse(local)),
                        new RemoteAuthentication.PreSharedKey(new IdentityPattern(remote)),
                        virtualIps,
                        pools,
                        List.of(child),
                        ConnectionConfig.Uniqueness.INITIAL_CONTACT,
                        ConnectionConfig.Childless.ALLOW,
                        limits.mobike,
                        true,
                        limits.ike,
                        limits.timers);
        return connection.over(transports);
    }
}
