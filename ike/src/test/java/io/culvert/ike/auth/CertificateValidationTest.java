package io.culvert.ike.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Question;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Whether a peer's certificate is good (IK-085, IK-086)")
class CertificateValidationTest {
    private static final Instant NOW = Instant.parse("2030-06-01T12:00:00Z");
    private static final Identity GATEWAY = Identity.parse("gw.example.com");
    private static final String ROOTS =
            "root rsa-root ed-root expired-root short-root constrained-root";
    private static final String CHAIN = "leaf intermediate";

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "leaf intermediate",
                "leaf-p384 intermediate",
                "leaf-p521 intermediate",
                "leaf-rsa intermediate",
                "leaf-ed25519 intermediate",
                "leaf-ed448 intermediate",
                "leaf-by-rsa",
                "leaf-by-pss",
                "leaf-by-ed",
                "leaf-deep second intermediate",
                "leaf-non-repudiation intermediate",
                "leaf-eku-serverAuth intermediate",
                "leaf-eku-clientAuth intermediate",
                "leaf-eku-anyExtendedKeyUsage intermediate",
                "leaf-eku-1.3.6.1.5.5.7.3.17 intermediate",
                "leaf-of-short short",
            })
    @DisplayName("a good chain is accepted, whatever its keys")
    void goodChain(String chain) {
        assertThat(judge(chain, ROOTS)).isInstanceOf(CertificateVerdict.Trusted.class);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "leaf-deep intermediate second",
                "leaf-deep root intermediate second",
                "leaf-deep second leaf-rsa intermediate intermediate leaf-deep",
                "leaf-deep old-intermediate second intermediate",
                "leaf impostor intermediate",
            })
    @DisplayName("other certificates may come in any order, twice, or without need")
    void anyOrder(String chain) {
        assertThat(judge(chain, ROOTS)).isInstanceOf(CertificateVerdict.Trusted.class);
    }

    @Test
    @DisplayName("what is accepted is the key of the first certificate")
    void keyOfTheFirst() {
        assertThat(judge("leaf-ed25519 intermediate leaf", ROOTS))
                .isInstanceOfSatisfying(
                        CertificateVerdict.Trusted.class,
                        trusted -> {
                            assertThat(trusted.key().getAlgorithm()).isEqualTo("EdDSA");
                            assertThat(trusted.subject()).isEqualTo("CN=ed25519,O=Culvert");
                        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refused(String chain, String reason) {
        assertThat(reason(judge(chain, ROOTS))).contains(reason);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments(
                        "leaf-expired intermediate", "CN=expired,O=Culvert expired at 2026-02-01"),
                arguments("leaf-future intermediate", "is valid only from 2070-01-01"),
                arguments(
                        "leaf-of-expired-ca expired-ca",
                        "CN=Expired Authority,O=Culvert expired at 2026-02-01"),
                arguments("leaf-of-expired-root", "CN=Expired Root,O=Culvert expired at"),
                arguments("leaf-key-encipherment intermediate", "is not for signatures"),
                arguments("leaf-eku-codeSigning intermediate", "is for 1.3.6.1.5.5.7.3.3"),
                arguments(
                        "leaf-critical intermediate", "critical extension that is not understood"),
                arguments(
                        "leaf-of-no-ca no-ca",
                        "CN=No Authority,O=Culvert is not that of a certification authority"),
                arguments("leaf-of-no-sign no-sign", "its key usage lacks keyCertSign"),
                arguments("leaf-too-long below-short short", "allows 0 authorities below it"),
                arguments(
                        "leaf-below-short-root below-short-root",
                        "CN=Short Root,O=Culvert allows 0 authorities below it, here are 1"),
                arguments("leaf-of-loop loop-a loop-b", "runs in a circle"),
                arguments("leaf-of-maze maze", "CN=Maze,O=Culvert is self-signed and not trusted"),
                arguments("leaf-outside constrained", "name constraints"),
                arguments("leaf-outside-root", "name constraints"),
                arguments("leaf-rsa-1024 intermediate", "an RSA key of 1024 bits"),
                arguments(
                        "leaf-of-small-ca small-ca", "CN=Small Authority,O=Culvert has an RSA key"),
                arguments("leaf-sha1", "was signed with SHA1withRSA"),
                arguments("leaf-md5", "was signed with MD5withRSA"),
                arguments("leaf-pss-sha1", "was signed with RSASSA-PSS"),
                arguments(
                        "leaf-of-sha1-ca sha1-ca", "CN=SHA-1 Authority,O=Culvert was signed with"),
                arguments("leaf-p224 intermediate", "a key on a curve of 224 bits"),
                arguments("self-signed", "is self-signed and not trusted"),
                arguments("leaf", "issued by CN=Intermediate,O=Culvert, which is neither trusted"),
                arguments(
                        "leaf-deep second",
                        "issued by CN=Intermediate,O=Culvert, which is neither"),
                arguments("leaf-of-impostor impostor", "CN=Intermediate,O=Culvert is self-signed"),
                arguments("leaf-of-impostor intermediate", "was not signed with the known key of"),
                arguments("leaf old-intermediate", "CN=Intermediate,O=Culvert expired at"),
                arguments("leaf-only-cn intermediate", "does not name gw.example.com but CN=gw"),
                arguments("crl-good", "certificate 1 of its chain is no X.509"));
    }

    @Test
    @DisplayName("a certificate is good from its first to its last second")
    void lastSecond() {
        assertThat(judgeAt("2026-01-01T00:00:00Z")).isInstanceOf(CertificateVerdict.Trusted.class);
        assertThat(judgeAt("2076-01-01T00:00:00Z")).isInstanceOf(CertificateVerdict.Trusted.class);
        assertThat(reason(judgeAt("2025-12-31T23:59:59Z"))).contains("valid only from 2026-01-01");
        assertThat(reason(judgeAt("2076-01-01T00:00:01Z"))).contains("expired at 2076-01-01");
    }

    @Test
    @DisplayName("name constraints allow what they permit")
    void inside() {
        assertThat(judge("leaf-inside constrained", ROOTS, "gw.example.net"))
                .isInstanceOf(CertificateVerdict.Trusted.class);
    }

    @Test
    @DisplayName(
            "an intermediate authority may be the trust anchor, but not with limits that would be lost")
    void intermediateAnchor() {
        assertThat(judge("leaf", "intermediate")).isInstanceOf(CertificateVerdict.Trusted.class);
        assertThat(reason(judge("leaf-too-long below-short", "short"))).contains("allows 0");
        assertThat(reason(judge("leaf-inside", "constrained", "gw.example.net")))
                .contains("hold only below a self-signed authority");
    }

    @Test
    @DisplayName(
            "an end-entity certificate among the authorities is no authority, not even for itself")
    void endEntityAnchor() {
        assertThat(reason(judge("self-signed", "self-signed"))).contains("name the peer's own");
    }

    @Test
    @DisplayName("without anything trusted nothing is trusted")
    void nothingTrusted() {
        assertThat(reason(judge(CHAIN, ""))).contains("neither trusted nor was it sent");
        assertThat(reason(judge("leaf intermediate root", "")))
                .contains("CN=Root,O=Culvert is self");
    }

    @ParameterizedTest
    @CsvSource({
        "GW.Example.COM, true",
        "www.example.com, false",
        "gw.example.co, false",
        "*.example.com, false",
        "cn.example.com, false",
        "GW@example.com, true",
        "root@example.com, false",
        "192.0.2.1, true",
        "192.0.2.2, false",
        "2001:db8::1, true",
        "2001:db8::2, false",
        "'CN=cn.example.com, O=Culvert', true",
        "'cn = CN.example.com,o=culvert', true",
        "'O=Culvert, CN=cn.example.com', false",
        "CN=cn.example.com, false",
        "keyid:gw.example.com, false",
        "@#00, false",
    })
    @DisplayName("the certificate must name the identity, by the name of the same kind (IK-086)")
    void identities(String identity, boolean good) {
        CertificateVerdict verdict = judge(CHAIN, ROOTS, identity);
        if (good) {
            assertThat(verdict).isInstanceOf(CertificateVerdict.Trusted.class);
        } else {
            assertThat(reason(verdict))
                    .contains("does not name " + Identity.parse(identity) + " but ")
                    .contains("gw.example.com, gw@example.com, 192.0.2.1, 2001:db8:0:0:0:0:0:1");
        }
    }

    @Test
    @DisplayName("a key ID is the subject key identifier")
    void keyId() {
        String shown = reason(judge(CHAIN, ROOTS, "@#00"));
        String identifier = shown.replaceFirst(".*@#([0-9a-f]{40}).*", "@#$1");
        assertThat(judge(CHAIN, ROOTS, identifier)).isInstanceOf(CertificateVerdict.Trusted.class);
        assertThat(reason(judge("bare intermediate", ROOTS, identifier))).contains("does not name");
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4", "5", "9", "10", "11", "13", "200"})
    @DisplayName("an identity of any type with odd data is refused")
    void oddIdentity(int type) {
        for (Octets data : List.of(Octets.EMPTY, Octets.ofHex("30"), Octets.ofHex("ff00ff"))) {
            RemoteAuthentication.Signature trust = trust(ROOTS, "", "");
            CertificateVerdict verdict =
                    CertificateValidation.validate(
                            new Identity(type, data), TestCertificates.named(CHAIN), trust, NOW);
            assertThat(reason(verdict)).contains("does not name");
        }
    }

    @Test
    @DisplayName("a wildcard in a certificate names nobody else")
    void wildcard() {
        assertThat(reason(judge("leaf-wildcard intermediate", ROOTS)))
                .contains("does not name gw.example.com but *.example.com");
    }

    @Test
    @DisplayName("a reason is one line, even if a name in the certificate is not")
    void oneLine() {
        assertThat(reason(judge("leaf-line-feed intermediate", ROOTS)))
                .contains("CN=one?two")
                .doesNotContain("\n");
    }

    @Test
    @DisplayName("a pinned certificate is trusted without a chain, but not after its end")
    void pinned() {
        assertThat(judgePinned("self-signed", "leaf self-signed", NOW))
                .isInstanceOf(CertificateVerdict.Trusted.class);
        assertThat(reason(judgePinned("leaf-rsa", "leaf self-signed", NOW))).contains("neither");
        assertThat(reason(judgePinned("self-signed", "self-signed", NOW.minusSeconds(200_000_000))))
                .contains("valid only from");
        assertThat(reason(judgePinned("leaf-only-cn", "leaf-only-cn", NOW)))
                .contains("does not name");
    }

    @Test
    @DisplayName("a peer that sends no certificate is known by its pinned one, if that is its own")
    void notSent() {
        assertThat(judgePinned("", "leaf-only-cn leaf-expired self-signed", NOW))
                .isInstanceOfSatisfying(
                        CertificateVerdict.Trusted.class,
                        trusted -> assertThat(trusted.subject()).isEqualTo("CN=alone,O=Culvert"));
        assertThat(reason(judgePinned("", "leaf-expired", NOW))).contains("expired at");
        assertThat(reason(judgePinned("", "leaf-only-cn", NOW))).contains("it sent none");
        assertThat(reason(judge("", ROOTS))).contains("it sent none");
    }

    @Test
    @DisplayName("ten certificates are accepted, eleven are not")
    void tooMany() {
        List<Octets> chain = new ArrayList<>(TestCertificates.named("leaf maze"));
        assertThat(chain).hasSize(10);
        assertThat(judge(chain)).isInstanceOf(CertificateVerdict.Refused.class);
        chain.set(5, TestCertificates.named("intermediate").getFirst());
        assertThat(judge(chain)).isInstanceOf(CertificateVerdict.Trusted.class);
        chain.add(chain.get(1));
        assertThat(reason(judge(chain))).contains("at most 10");
    }

    @Test
    @DisplayName("a certificate of more than 64 KiB is not even read")
    void tooLong() {
        List<Octets> chain = new ArrayList<>(TestCertificates.named(CHAIN));
        chain.add(Octets.wrap(new byte[65_537]));
        assertThat(reason(judge(chain))).contains("65537 octets: at most 65536");
    }

    @Test
    @DisplayName("one certificate in DER and nothing else: no PEM, no octet more")
    void exactlyDer() {
        Octets der = TestCertificates.named("leaf").getFirst();
        Octets longer = Octets.concat(der, Octets.ofHex("00"));
        assertThat(reason(judge(List.of(longer)))).contains("more or less than X.509");
        assertThat(reason(judge(List.of(der.slice(0, der.size() - 1))))).contains("no X.509");
        assertThat(reason(judge(List.of(Octets.EMPTY)))).contains("certificate 1 of its chain");
        String pem =
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder().encodeToString(der.toArray())
                        + "\n-----END CERTIFICATE-----\n";
        Octets text = Octets.wrap(pem.getBytes(StandardCharsets.US_ASCII));
        assertThat(reason(judge(List.of(text)))).contains("more or less than X.509");
    }

    @Test
    @DisplayName("any changed octets give a verdict, and nothing changed is trusted (KF-14)")
    void mutations() {
        Random random = new Random(4945);
        List<String> names =
                TestCertificates.names().stream().filter(n -> !n.matches("(crl|key)-.*")).toList();
        for (int round = 0; round < 3000; round++) {
            Octets good =
                    TestCertificates.named(names.get(random.nextInt(names.size()))).getFirst();
            byte[] octets = good.toArray();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                octets[random.nextInt(octets.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Octets changed = Octets.wrap(octets);
            List<Octets> chain = new ArrayList<>(TestCertificates.named("intermediate"));
            chain.addFirst(changed);
            if (!changed.equals(good)) {
                assertThat(judge(chain)).isInstanceOf(CertificateVerdict.Refused.class);
            }
            chain = new ArrayList<>(TestCertificates.named("leaf-deep second intermediate"));
            chain.set(1 + random.nextInt(2), changed);
            assertThat(judge(chain)).isNotNull();
        }
    }

    @Test
    @DisplayName(
            "whatever certificates are sent together, in any order, there is a verdict (KF-14)")
    void anyChain() {
        Random random = new Random(5280);
        for (int round = 0; round < 500; round++) {
            List<String> names = new ArrayList<>(TestCertificates.names());
            Collections.shuffle(names, random);
            List<String> some = names.subList(0, 1 + random.nextInt(9));
            assertThat(judge(String.join(" ", some), ROOTS + " maze loop-a")).isNotNull();
        }
    }

    @Test
    @DisplayName("the question gives the verdict as its answer")
    void answer() {
        assertThat(question("gw.example.com").answerAt(NOW))
                .isInstanceOf(Answer.CertificateAccepted.class);
        assertThat(question("gw.example.net").answerAt(NOW))
                .isInstanceOfSatisfying(
                        Answer.CertificateRefused.class,
                        refused -> assertThat(refused.reason()).contains("does not name"));
    }

    private static Question.ValidateCertificate question(String identity) {
        return new Question.ValidateCertificate(
                Identity.parse(identity), TestCertificates.named(CHAIN), trust(ROOTS, "", ""));
    }

    private static CertificateVerdict judge(String chain, String anchors) {
        return judge(chain, anchors, GATEWAY.toString());
    }

    private static CertificateVerdict judge(String chain, String anchors, String identity) {
        return CertificateValidation.validate(
                Identity.parse(identity),
                TestCertificates.named(chain),
                trust(anchors, "", ""),
                NOW);
    }

    private static CertificateVerdict judge(List<Octets> chain) {
        return CertificateValidation.validate(GATEWAY, chain, trust(ROOTS, "", ""), NOW);
    }

    private static CertificateVerdict judgeAt(String now) {
        return CertificateValidation.validate(
                GATEWAY, TestCertificates.named(CHAIN), trust(ROOTS, "", ""), Instant.parse(now));
    }

    private static CertificateVerdict judgePinned(String chain, String pinned, Instant now) {
        return CertificateValidation.validate(
                GATEWAY, TestCertificates.named(chain), trust("root", pinned, ""), now);
    }

    static RemoteAuthentication.Signature trust(String anchors, String pinned, String lists) {
        return new RemoteAuthentication.Signature(
                IdentityPattern.ANY,
                TestCertificates.named(anchors),
                TestCertificates.named(pinned),
                TestCertificates.named(lists));
    }

    static String reason(CertificateVerdict verdict) {
        return verdict instanceof CertificateVerdict.Refused(String reason)
                ? reason
                : "no reason: " + verdict;
    }
}
