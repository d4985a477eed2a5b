package io.culvert.app.demo;

import io.culvert.app.pki.Authority;
import io.culvert.app.pki.KeyKind;
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
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Who the two ends of the demo are, and the secrets that they need for one run.
///
/// @param client the client's connection
/// @param gateway the gateway's connection
/// @param keys the shared key, if that is how they prove who they are
record DemoParties(ConnectionConfig client, ConnectionConfig gateway, SharedKeys keys) {
    static final InetAddress ECHO_HOST = InetAddress.ofLiteral("10.77.0.1");
    static final IpPrefix NETWORK = IpPrefix.parse("10.77.0.0/24");
    static final IpPrefix POOL = IpPrefix.parse("10.99.0.0/24");
    static final String POOL_NAME = "demo";

    private static final Identity ALICE = Identity.parse("alice@example.org");
    private static final Identity GATE = Identity.parse("gate.example.org");
    private static final InetAddress ANY = InetAddress.ofLiteral("0.0.0.0");
    private static final int KEY_OCTETS = 32;
    private static final int REPLAY_WINDOW = 1024;
    private static final int LARGE_REQUEST = 1200;

    /// One side's way of proving and of checking.
    private record Proofs(LocalAuthentication local, RemoteAuthentication remote) {}

    /// Makes both sides.
    ///
    /// @param kind the kind of certificate keys; empty for a pre-shared key
    static DemoParties make(TransportKind transport, Optional<KeyKind> kind, SecureRandom random) {
        return kind.map(k -> certified(transport, k, random))
                .orElseGet(() -> sharing(transport, random));
    }

    private static DemoParties sharing(TransportKind transport, SecureRandom random) {
        byte[] key = new byte[KEY_OCTETS];
        random.nextBytes(key);
        SharedKeys keys =
                new SharedKeys(
                        List.of(
                                new SharedKeys.Entry(
                                        List.of(pattern(ALICE), pattern(GATE)),
                                        KeyMaterial.wrap("pre-shared key", key))));
        return of(
                transport,
                new Proofs(
                        new LocalAuthentication.PreSharedKey(ALICE),
                        new RemoteAuthentication.PreSharedKey(pattern(GATE))),
                new Proofs(
                        new LocalAuthentication.PreSharedKey(GATE),
                        new RemoteAuthentication.PreSharedKey(pattern(ALICE))),
                keys);
    }

    private static DemoParties certified(
            TransportKind transport, KeyKind kind, SecureRandom random) {
        Instant now = Instant.now();
        Authority authority =
                Authority.create("Culvert demo CA", kind, now, Duration.ofDays(1), random);
        RemoteAuthentication ofGate = trusting(authority, GATE);
        RemoteAuthentication ofAlice = trusting(authority, ALICE);
        return of(
                transport,
                new Proofs(signing(authority, ALICE, kind, now), ofGate),
                new Proofs(signing(authority, GATE, kind, now), ofAlice),
                SharedKeys.NONE);
    }

    private static LocalAuthentication signing(
            Authority authority, Identity identity, KeyKind kind, Instant now) {
        Authority.Issued issued =
                authority.issue(
                        List.of(identity),
                        kind,
                        now.minus(Duration.ofHours(1)),
                        now.plus(Duration.ofDays(1)));
        return new LocalAuthentication.Signature(
                identity,
                List.of(der(issued.certificate())),
                issued.key(),
                switch (kind) {
                    case RSA -> "RSA";
                    case ECDSA, ECDSA_384 -> "EC";
                    case ED25519 -> "Ed25519";
                    case ED448 -> "Ed448";
                });
    }

    private static RemoteAuthentication trusting(Authority authority, Identity identity) {
        return new RemoteAuthentication.Signature(
                pattern(identity), List.of(der(authority.certificate())), List.of(), List.of());
    }

    private static DemoParties of(
            TransportKind transport, Proofs client, Proofs gateway, SharedKeys keys) {
        TransportChoice choice =
                switch (transport) {
                    case UDP -> new TransportChoice.Udp();
                    case IKE_TCP -> new TransportChoice.IkeTcp(IkeTcpPolicy.ALWAYS, LARGE_REQUEST);
                    case TCP_ENCAPSULATION -> new TransportChoice.TcpEncapsulation();
                };
        SelectorTemplate network = new SelectorTemplate.Fixed(TrafficSelector.of(NETWORK));
        SelectorTemplate dynamic = SelectorTemplate.Dynamic.ANY;
        return new DemoParties(
                connection("client", choice, client, List.of(ANY), List.of(), dynamic, network),
                connection(
                        "gateway",
                        choice,
                        gateway,
                        List.of(),
                        List.of(POOL_NAME),
                        network,
                        dynamic),
                keys);
    }

    private static ConnectionConfig connection(
            String name,
            TransportChoice transport,
            Proofs proofs,
            List<InetAddress> virtualIps,
            List<String> pools,
            SelectorTemplate local,
            SelectorTemplate remote) {
        ChildConfig child =
                new ChildConfig(
                        "net",
                        List.of(local),
                        List.of(remote),
                        ProposalParser.esp("default"),
                        ChildSaSpec.Mode.TUNNEL,
                        Lifetime.UNLIMITED,
                        Lifespan.UNLIMITED,
                        REPLAY_WINDOW);
        return new ConnectionConfig(
                name,
                List.of(),
                List.of(),
                transport,
                ProposalParser.ike("default"),
                proofs.local,
                proofs.remote,
                virtualIps,
                pools,
                List.of(child),
                ConnectionConfig.Uniqueness.INITIAL_CONTACT,
                true,
                IkeSaLimits.DEFAULT,
                ConnectionTimers.DEFAULT);
    }

    private static IdentityPattern pattern(Identity identity) {
        return new IdentityPattern(identity.toString());
    }

    private static Octets der(X509Certificate certificate) {
        try {
            return Octets.wrap(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of our own cannot be written", e);
        }
    }
}
