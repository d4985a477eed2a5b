package io.culvert.ike.eap;

import io.culvert.ike.auth.CertificateValidation;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ike.auth.TestCertificates;
import io.culvert.ike.auth.TlsCredentials;
import io.culvert.ike.eap.EapMethods.Kind;
import io.culvert.ipsec.testing.SeededRandom;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The two parties of EAP in tests: `alice@example.org`, with a password and a certificate, and a server with the
/// certificate of `vpn.example.org`.
public final class EapFixture {
    /// When the test certificates are good.
    public static final Instant NOW = Instant.parse("2030-06-01T12:00:00Z");

    public static final String ALICE = "alice@example.org";
    public static final String VPN = "vpn.example.org";

    private EapFixture() {}

    /// All our methods, knowing a password of `alice@example.org`, or none.
    public static EapMethods methods(long seed, String password, Kind... kinds) {
        var entry =
                new SharedKeys.Entry(
                        List.of(new IdentityPattern(ALICE), new IdentityPattern("bob")),
                        KeyMaterial.wrap("password", password.getBytes(StandardCharsets.UTF_8)));
        SharedKeys secrets = password.isEmpty() ? SharedKeys.NONE : new SharedKeys(List.of(entry));
        return new EapMethods(
                List.of(kinds),
                secrets,
                new SeededRandom(seed),
                (identity, chain, trust) ->
                        CertificateValidation.validate(identity, chain, trust, NOW));
    }

    public static LocalAuthentication.Eap peer(String backend, Optional<TlsCredentials> tls) {
        return new LocalAuthentication.Eap(
                Identity.parse(ALICE), backend, ALICE, Optional.empty(), tls, false);
    }

    public static RemoteAuthentication.Eap server(
            String backend, Optional<IdentityPattern> eapIdentity, Optional<TlsCredentials> tls) {
        return new RemoteAuthentication.Eap(IdentityPattern.ANY, backend, eapIdentity, tls, false);
    }

    public static EapOpening asPeer(Optional<TlsCredentials> tls) {
        return new EapOpening.Peer(peer("test", tls), Identity.parse(VPN));
    }

    public static EapOpening asServer(
            Optional<IdentityPattern> eapIdentity, Optional<TlsCredentials> tls) {
        return new EapOpening.Server(
                server("test", eapIdentity, tls),
                Identity.parse(ALICE),
                IpPrefix.parseAddress("192.0.2.1"));
    }

    /// The credentials of `alice` or `vpn`, with a kind of key, trusting some anchors.
    public static Optional<TlsCredentials> tls(String owner, String anchors) {
        return tls(owner + " intermediate", owner, anchors);
    }

    public static Optional<TlsCredentials> tls(String chain, String key, String anchors) {
        return Optional.of(
                new TlsCredentials(
                        TestCertificates.named(chain),
                        key(key),
                        new RemoteAuthentication.Signature(
                                IdentityPattern.ANY,
                                TestCertificates.named(anchors),
                                List.of(),
                                List.of())));
    }

    private static PrivateKey key(String owner) {
        Octets pkcs8 = TestCertificates.named("key-" + owner).getFirst();
        String kind = owner.substring(owner.indexOf('-') + 1);
        String algorithm =
                switch (kind) {
                    case "rsa" -> "RSA";
                    case "ed25519" -> "Ed25519";
                    case "ed448" -> "Ed448";
                    default -> "EC";
                };
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(owner, e);
        }
    }
}
