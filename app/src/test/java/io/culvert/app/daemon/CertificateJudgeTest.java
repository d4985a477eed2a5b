package io.culvert.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.app.pki.Authority;
import io.culvert.app.pki.KeyKind;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Question;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.RevocationPolicy;
import io.culvert.ike.auth.RevocationPolicy.Demand;
import io.culvert.ipsec.value.Octets;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Answering sessions that ask whether a certificate is good")
@Timeout(30)
class CertificateJudgeTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Authority CA =
            Authority.create("CA", KeyKind.ECDSA, NOW, Duration.ofDays(9), new SecureRandom());

    private final RevocationClient client =
            new RevocationClient(RevocationClient.Limits.DEFAULT, () -> NOW);
    private final CertificateJudge judge = new CertificateJudge(() -> NOW, client::within);

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    @DisplayName(
            "a revoked certificate is refused by a list that is fetched, once for all sessions")
    void revoked() throws Exception {
        byte[][] list = {new byte[0]};
        try (StubHttp server = new StubHttp((_, out) -> StubHttp.respond(out, list[0]))) {
            X509Certificate good = issue(List.of(), List.of(server.uri("/ca.crl")));
            X509Certificate bad = issue(List.of(), List.of(server.uri("/ca.crl")));
            list[0] =
                    CA.revocationList(
                                    List.of(bad.getSerialNumber()),
                                    BigInteger.ONE,
                                    NOW,
                                    NOW.plusSeconds(60))
                            .toArray();

            assertThat(answer(good, Demand.STRICT)).isInstanceOf(Answer.CertificateAccepted.class);
            assertThat(answer(bad, Demand.STRICT))
                    .isInstanceOfSatisfying(
                            Answer.CertificateRefused.class,
                            refused -> assertThat(refused.reason()).contains("was revoked at"));
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    @DisplayName("a dead responder delays the answer by the patience of the policy and no more")
    void dead() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (StubHttp server = new StubHttp((_, _) -> end.await())) {
            X509Certificate own = issue(List.of(server.uri("/")), List.of(server.uri("/ca.crl")));
            assertThat(answer(own, Demand.IF_URI))
                    .isInstanceOfSatisfying(
                            Answer.CertificateRefused.class,
                            refused ->
                                    assertThat(refused.reason())
                                            .contains("did not answer in time"));
            assertThat(answer(own, Demand.RELAXED)).isInstanceOf(Answer.CertificateAccepted.class);
            end.countDown();
        }
    }

    private Answer answer(X509Certificate own, Demand demand) {
        return judge.apply(
                new Question.ValidateCertificate(
                        Identity.parse("gate.example.org"),
                        List.of(der(own)),
                        new RemoteAuthentication.Signature(
                                IdentityPattern.ANY,
                                List.of(der(CA.certificate())),
                                List.of(),
                                List.of(),
                                new RevocationPolicy(demand, true, Duration.ofMillis(500)))));
    }

    private static X509Certificate issue(List<String> responders, List<String> lists) {
        return CA.issue(
                        List.of(Identity.parse("gate.example.org")),
                        KeyKind.ECDSA,
                        NOW,
                        NOW.plus(Duration.ofDays(1)),
                        new Authority.Places(responders, lists))
                .certificate();
    }

    private static Octets der(X509Certificate certificate) {
        try {
            return Octets.wrap(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
