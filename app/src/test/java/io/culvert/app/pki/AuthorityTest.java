package io.culvert.app.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ike.auth.Der;
import io.culvert.ike.auth.Identity;
import io.culvert.ipsec.value.Octets;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AuthorityTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final SecureRandom RANDOM = new SecureRandom();

    @ParameterizedTest
    @EnumSource
    @DisplayName("what an authority issues is a chain that PKIX accepts")
    void issuesValidChains(KeyKind kind) throws Exception {
        Authority authority = Authority.create("Test CA", kind, NOW, Duration.ofDays(3650), RANDOM);
        Authority.Issued gate =
                authority.issue(
                        List.of(
                                Identity.parse("gate.example.org"),
                                Identity.parse("192.0.2.1"),
                                Identity.parse("2001:db8::1"),
                                Identity.parse("root@example.org")),
                        kind,
                        NOW,
                        NOW.plus(Duration.ofDays(10)));
        X509Certificate own = gate.certificate();
        PKIXParameters parameters =
                new PKIXParameters(Set.of(new TrustAnchor(authority.certificate(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(NOW));
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        CertPathValidator.getInstance("PKIX")
                .validate(factory.generateCertPath(List.of(own)), parameters);
        assertThat(own.getSubjectX500Principal().getName()).isEqualTo("CN=gate.example.org");
        assertThat(own.getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(2, "gate.example.org"),
                        List.of(7, "192.0.2.1"),
                        List.of(7, "2001:db8:0:0:0:0:0:1"),
                        List.of(1, "root@example.org"));
        assertThat(own.getBasicConstraints()).isEqualTo(-1);
        assertThat(authority.certificate().getBasicConstraints()).isPositive();
        PrivateKeys.Loaded key = PrivateKeys.ofPkcs8(Octets.wrap(gate.key().getEncoded()));
        assertThat(PrivateKeys.match(key, own.getPublicKey())).isTrue();
        assertThat(PrivateKeys.match(key, authority.certificate().getPublicKey())).isFalse();
        PrivateKeys.Loaded authorityKey =
                PrivateKeys.ofPkcs8(Octets.wrap(authority.key().getEncoded()));
        Authority again = new Authority(authority.certificate(), authorityKey, RANDOM);
        X509CRL list =
                (X509CRL)
                        factory.generateCRL(
                                new ByteArrayInputStream(
                                        again.revocationList(
                                                        List.of(own.getSerialNumber()),
                                                        BigInteger.ONE,
                                                        NOW,
                                                        NOW.plus(Duration.ofDays(7)))
                                                .toArray()));
        list.verify(authority.certificate().getPublicKey());
        assertThat(list.isRevoked(own)).isTrue();
        assertThat(list.isRevoked(authority.certificate())).isFalse();
    }

    @Test
    @DisplayName(
            "an authority below another, and where status can be asked for, are as PKIX wants them")
    void issuesLongerChains() throws Exception {
        Authority root = Authority.create("Root", KeyKind.ECDSA, NOW, Duration.ofDays(9), RANDOM);
        Authority.Places places =
                new Authority.Places(
                        List.of("http://ocsp.example/"), List.of("http://crl.example/a"));
        Authority below = root.below("Below", KeyKind.ED25519, NOW, Duration.ofDays(9), places);
        Authority.Issued gate =
                below.issue(
                        List.of(Identity.parse("gate.example.org")),
                        KeyKind.ECDSA_384,
                        NOW,
                        NOW.plus(Duration.ofDays(1)),
                        places);
        PKIXParameters parameters =
                new PKIXParameters(Set.of(new TrustAnchor(root.certificate(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(NOW));
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> chain = List.of(gate.certificate(), below.certificate());
        CertPathValidator.getInstance("PKIX").validate(factory.generateCertPath(chain), parameters);
        for (X509Certificate certificate : chain) {
            assertThat(certificate.toString())
                    .contains("http://ocsp.example/", "http://crl.example/a");
        }
    }

    @Test
    @DisplayName("years from 2050 on are written with four digits")
    void writesLateYears() {
        Authority authority =
                Authority.create("CA", KeyKind.ED25519, NOW, Duration.ofDays(36_500), RANDOM);
        assertThat(authority.certificate().getNotAfter().toInstant())
                .isEqualTo(NOW.plus(Duration.ofDays(36_500)));
    }

    @Test
    void refusesAForeignKey() {
        Authority one = Authority.create("A", KeyKind.ECDSA, NOW, Duration.ofDays(1), RANDOM);
        Authority other = Authority.create("B", KeyKind.ED25519, NOW, Duration.ofDays(1), RANDOM);
        PrivateKeys.Loaded key = PrivateKeys.ofPkcs8(Octets.wrap(other.key().getEncoded()));
        assertThatThrownBy(() -> new Authority(one.certificate(), key, RANDOM))
                .hasMessage("the key does not belong to the certificate");
    }

    @Test
    @DisplayName("malformed DER is nothing, never an exception")
    void readsAnyOctets() {
        assertThat(Der.read(Octets.ofHex("30"))).isEmpty();
        assertThat(Der.read(Octets.ofHex("3005 00"))).isEmpty();
        assertThat(Der.read(Octets.ofHex("30 80 00"))).isEmpty();
        assertThat(Der.read(Octets.ofHex("30 85 0000000001 00"))).isEmpty();
        assertThat(Der.read(Octets.ofHex("30 84 ffffffff 00"))).isEmpty();
        assertThat(Der.read(Octets.ofHex("0201 05")).orElseThrow())
                .containsExactly(new Der.Node(2, Octets.ofHex("05")));
        assertThat(Der.oid("1.2.840.113549.1.1.11").toHex()).isEqualTo("06092a864886f70d01010b");
    }
}
