package io.culvert.ike.session;

import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionTimers;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Lifespan;
import io.culvert.ike.api.SelectorTemplate;
import io.culvert.ike.api.SessionContext;
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
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.testing.SeededRandom;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/// Configurations for tests: a road warrior `alice` and a gateway with the network 10.0.0.0/8 behind it.
final class Configs {
    static final IkeProposal X25519 =
            new IkeProposal(
                    List.of(new Encryption(EncryptionAlgorithm.AES_GCM_16, 128)),
                    List.of(PrfAlgorithm.HMAC_SHA2_256),
                    List.of(),
                    List.of(KeyExchangeMethod.CURVE25519));
    static final EspProposal GCM =
            new EspProposal(
                    List.of(new Encryption(EncryptionAlgorithm.AES_GCM_16, 128)),
                    List.of(),
                    List.of(),
                    List.of(false, true));
    private static final String ALICE = "alice@example.org";
    private static final String VPN = "vpn.example.org";
    private static final TransportChoice UDP = new TransportChoice.Udp();

    private Configs() {}

    static SharedKeys secret(String text) {
        KeyMaterial key = KeyMaterial.wrap("psk", text.getBytes(StandardCharsets.UTF_8));
        var owners = List.of(new IdentityPattern(ALICE), new IdentityPattern(VPN));
        return new SharedKeys(List.of(new SharedKeys.Entry(owners, key)));
    }

    static SessionContext context(long seed, String secret, OptionalInt ikeTcpPort) {
        return new SessionContext(
                new JdkCrypto(), new SeededRandom(seed), secret(secret), false, ikeTcpPort, 4500);
    }

    static ConnectionConfig client(TransportChoice transport, IkeProposal... proposals) {
        return connection(
                "home",
                ALICE,
                VPN,
                transport,
                List.of(proposals),
                List.of(any()),
                List.of(),
                List.of(child()));
    }

    /// The same connection, which gives up after a fifth of a second.
    static ConnectionConfig impatient(ConnectionConfig patient) {
        ConnectionTimers times = patient.timers();
        return new ConnectionConfig(
                patient.name(),
                patient.localAddresses(),
                patient.remoteAddresses(),
                patient.transport(),
                patient.proposals(),
                patient.local(),
                patient.remote(),
                patient.virtualIps(),
                patient.pools(),
                patient.children(),
                patient.uniqueness(),
                patient.childless(),
                patient.mobike(),
                patient.natsAllowed(),
                patient.limits(),
                new ConnectionTimers(
                        List.of(Duration.ofMillis(100), Duration.ofMillis(100)),
                        times.streamAnswer(),
                        times.connect(),
                        times.liveness(),
                        times.natKeepalive(),
                        times.halfOpen()));
    }

    /// The same with other children and limits.
    static ConnectionConfig with(
            ConnectionConfig config, List<ChildConfig> children, IkeSaLimits limits) {
        return new ConnectionConfig(
                config.name(),
                config.localAddresses(),
                config.remoteAddresses(),
                config.transport(),
                config.proposals(),
                config.local(),
                config.remote(),
                config.virtualIps(),
                config.pools(),
                children,
                config.uniqueness(),
                config.mobike(),
                limits,
                config.timers());
    }

    static ConnectionConfig clientWithoutChild(IkeProposal... proposals) {
        return connection(
                "home", ALICE, VPN, UDP, List.of(proposals), List.of(), List.of(), List.of());
    }

    static ConnectionConfig clientWithChild(ChildConfig child) {
        return connection(
                "home", ALICE, VPN, UDP, List.of(X25519), List.of(), List.of(), List.of(child));
    }

    static ConnectionConfig gateway(IkeProposal... proposals) {
        ChildConfig net =
                child(
                        "net",
                        List.of(net("10.0.0.0/8")),
                        List.of(SelectorTemplate.Dynamic.ANY),
                        GCM);
        return connection(
                "rw",
                VPN,
                "*@example.org",
                UDP,
                List.of(proposals),
                List.of(),
                List.of("rw"),
                List.of(net));
    }

    static ChildConfig child() {
        return child("net", List.of(SelectorTemplate.Dynamic.ANY), List.of(net("10.0.0.0/8")), GCM);
    }

    static ChildConfig child(
            String name,
            List<SelectorTemplate> local,
            List<SelectorTemplate> remote,
            EspProposal proposal) {
        return new ChildConfig(
                name,
                local,
                remote,
                List.of(proposal),
                ChildSaSpec.Mode.TUNNEL,
                Lifetime.UNLIMITED,
                Lifespan.UNLIMITED,
                1024);
    }

    static SelectorTemplate net(String prefix) {
        return new SelectorTemplate.Fixed(TrafficSelector.of(IpPrefix.parse(prefix)));
    }

    static EspProposal cbc() {
        return new EspProposal(
                List.of(new Encryption(EncryptionAlgorithm.AES_CBC, 256)),
                List.of(IntegrityAlgorithm.HMAC_SHA2_256_128),
                List.of(),
                List.of(false));
    }

    static IkeProposal with(KeyExchangeMethod... methods) {
        return new IkeProposal(X25519.encryption(), X25519.prfs(), List.of(), List.of(methods));
    }

    private static InetAddress any() {
        return IpPrefix.parseAddress("0.0.0.0");
    }

    private static ConnectionConfig connection(
            String name,
            String local,
            String remote,
            TransportChoice transport,
            List<IkeProposal> proposals,
            List<InetAddress> vips,
            List<String> pools,
            List<ChildConfig> children) {
        return new ConnectionConfig(
                name,
                List.of(),
                List.of(),
                transport,
                proposals,
                new LocalAuthentication.PreSharedKey(Identity.parse(local)),
                new RemoteAuthentication.PreSharedKey(new IdentityPattern(remote)),
                vips,
                pools,
                children,
                ConnectionConfig.Uniqueness.INITIAL_CONTACT,
                false,
                IkeSaLimits.DEFAULT,
                ConnectionTimers.DEFAULT);
    }
}
