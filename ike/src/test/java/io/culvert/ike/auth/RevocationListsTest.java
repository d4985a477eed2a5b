package io.culvert.ike.auth;

import static io.culvert.ike.auth.CertificateValidationTest.reason;
import static io.culvert.ike.auth.CertificateValidationTest.trust;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.value.Octets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Certificate revocation lists")
class RevocationListsTest {
    private static final Instant NOW = Instant.parse("2030-06-01T12:00:00Z");
    private static final String CHAIN = "leaf intermediate";

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "leaf intermediate, crl-good",
        "leaf intermediate, crl-rsa",
        "leaf intermediate, crl-expired crl-good",
        "leaf intermediate, crl-impostor crl-good",
        "leaf intermediate, crl-partial crl-good",
        "leaf-rsa intermediate, crl-revoked",
        "leaf-by-rsa, crl-rsa crl-root-revoked",
    })
    @DisplayName("who is not on the current list of its issuer is accepted")
    void accepted(String chain, String lists) {
        assertThat(judge(chain, lists)).isInstanceOf(CertificateVerdict.Trusted.class);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "leaf intermediate, crl-revoked, 'CN=cn.example.com,O=Culvert was revoked at'",
        "leaf intermediate, crl-good crl-revoked, was revoked at",
        "leaf intermediate, crl-revoked crl-good, was revoked at",
        "leaf intermediate, crl-root-revoked, 'CN=Intermediate,O=Culvert was revoked at'",
        "leaf intermediate, crl-expired, 'list of CN=Intermediate,O=Culvert ended at 2026-02-01'",
        "leaf intermediate, crl-future, is valid only from 2070-01-01",
        "leaf intermediate, crl-partial, is for a part of the certificates",
        "leaf intermediate, crl-impostor, was not signed with its key",
        "leaf-by-rsa, crl-rsa-sha1, was signed with SHA1withRSA",
    })
    @DisplayName("who is on it, or whose issuer has lists none of which can be used, is refused")
    void refused(String chain, String lists, String reason) {
        assertThat(reason(judge(chain, lists))).contains(reason);
    }

    @Test
    @DisplayName(
            "any changed octets of a list give a verdict, and none makes a revoked certificate good")
    void mutations() {
        Random random = new Random(5280);
        Octets revoked = TestCertificates.named("crl-revoked").getFirst();
        for (int round = 0; round < 1000; round++) {
            byte[] octets = revoked.toArray();
            octets[random.nextInt(octets.length)] ^= (byte) (1 << random.nextInt(8));
            RemoteAuthentication.Signature trust =
                    new RemoteAuthentication.Signature(
                            IdentityPattern.ANY,
                            TestCertificates.named("root"),
                            List.of(),
                            List.of(revoked, Octets.wrap(octets)));
            CertificateVerdict verdict =
                    CertificateValidation.validate(
                            Identity.parse("gw.example.com"),
                            TestCertificates.named(CHAIN),
                            trust,
                            NOW);
            assertThat(verdict).isInstanceOf(CertificateVerdict.Refused.class);
        }
    }

    private static CertificateVerdict judge(String chain, String lists) {
        return CertificateValidation.validate(
                Identity.parse("gw.example.com"),
                TestCertificates.named(chain),
                trust("root rsa-root", "", lists),
                NOW);
    }
}
