package io.culvert.ike.auth;

import static io.culvert.ike.auth.CertificateValidationTest.reason;
import static io.culvert.ike.auth.Forge.NOW;
import static io.culvert.ike.auth.Forge.SHA1_WITH_ECDSA;
import static io.culvert.ike.auth.Forge.SHA256_WITH_ECDSA;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.auth.RevocationPolicy.Demand;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Asking the places that certificates name whether they are revoked")
class RevocationCheckTest {
    private static final String RESPONDER = "http://ocsp.example.net/";
    private static final String LIST = "http://crl.example.net/all.crl";
    private static final String GATE = "gate.example.org";
    private static final Instant DAY_AGO = NOW.minus(Duration.ofDays(1));
    private static final Instant IN_A_DAY = NOW.plus(Duration.ofDays(1));

    private final Forge root = Forge.root("Root");
    private final Octets asked = root.leaf(GATE, Forge.responder(RESPONDER));
    private final Octets listed = root.leaf(GATE, Forge.distributionPoint(LIST));
    private final Octets both =
            root.leaf(GATE, Forge.responder(RESPONDER), Forge.distributionPoint(LIST));
    private final Octets silent = root.leaf(GATE);
    private final Places places = new Places();

    /// A network that serves what a test put there.
    private static final class Places implements RevocationFetcher {
        private final Map<String, Octets> served = new HashMap<>();
        private final List<Query> queries = new ArrayList<>();
        private final Map<Query, Instant> kept = new HashMap<>();

        @Override
        public Answer fetch(Query query) {
            queries.add(query);
            return served.containsKey(query.uri())
                    ? new Answer.Received(served.get(query.uri()))
                    : new Answer.Failed("is dead");
        }

        @Override
        public void keep(Query query, Octets answer, Instant until) {
            kept.put(query, until);
        }
    }

    @Test
    @DisplayName("a responder that says good, and a list without the certificate, are enough")
    void good() {
        places.served.put(RESPONDER, status(asked, "good"));
        places.served.put(LIST, list());

        assertTrusted(judge(asked, Demand.STRICT));
        assertTrusted(judge(listed, Demand.STRICT));

        assertThat(places.kept.values()).containsExactlyInAnyOrder(IN_A_DAY, IN_A_DAY);
        assertThat(places.queries).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("revoked means refused, whatever is demanded (KF-13)")
    void revoked(Demand demand) {
        places.served.put(RESPONDER, status(asked, "revoked"));
        places.served.put(LIST, list(listed));

        assertThat(reason(judge(asked, demand))).contains("was revoked at " + DAY_AGO);
        assertThat(reason(judge(listed, demand))).contains("was revoked at " + DAY_AGO);
        assertThat(places.kept).isEmpty();
    }

    @Test
    @DisplayName("who is on a list that has ended stays revoked")
    void revokedLongAgo() {
        places.served.put(
                LIST, root.list(DAY_AGO, NOW.minusSeconds(1), List.of(), Forge.parsed(listed)));

        assertThat(reason(judge(listed, Demand.RELAXED))).contains("was revoked at " + DAY_AGO);
    }

    @ParameterizedTest
    @CsvSource({
        "RELAXED, true, true, true",
        "LISTED,  true, true, true",
        "IF_URI,  false, false, true",
        "STRICT,  false, false, false",
    })
    @DisplayName("what is demanded decides when nobody answers")
    void silence(Demand demand, boolean responderDead, boolean listDead, boolean noPlaces) {
        assertThat(isTrusted(judge(asked, demand))).isEqualTo(responderDead);
        assertThat(isTrusted(judge(listed, demand))).isEqualTo(listDead);
        assertThat(isTrusted(judge(silent, demand))).isEqualTo(noPlaces);
    }

    @Test
    @DisplayName("the refusal says what was tried, and what helps")
    void why() {
        assertThat(reason(judge(both, Demand.IF_URI)))
                .contains("the certificate of CN=gate.example.org is revoked is not known")
                .contains("the responder http://ocsp.example.net/ is dead")
                .contains("the revocation list http://crl.example.net/all.crl is dead")
                .contains("`crls`");
        assertThat(reason(judge(silent, Demand.STRICT))).contains("it names no place to ask");
    }

    @Test
    @DisplayName("a list is fetched where the responder is dead, but not where it answers")
    void fallback() {
        places.served.put(LIST, list());
        assertTrusted(judge(both, Demand.STRICT));
        assertThat(places.queries).hasSize(2);

        places.queries.clear();
        places.served.put(RESPONDER, status(both, "revoked"));
        assertThat(reason(judge(both, Demand.STRICT))).contains("was revoked");
        assertThat(places.queries).hasSize(1);
    }

    @Test
    @DisplayName("nothing is fetched unless the policy says so")
    void notFetched() {
        var policy = new RevocationPolicy(Demand.IF_URI, false, RevocationPolicy.PATIENCE);
        assertThat(reason(judge(List.of(both), GATE, List.of(), policy)))
                .contains("the places that it names are not asked");
        assertTrusted(judge(List.of(both), GATE, List.of(), RevocationPolicy.DEFAULT));
        assertThat(places.queries).isEmpty();
    }

    @Test
    @DisplayName("nobody is asked for a certificate that is refused anyway")
    void notForStrangers() {
        Forge stranger = Forge.root("Root");
        Octets foreign = stranger.leaf(GATE, Forge.responder(RESPONDER));
        Forge constrained =
                root.authority(
                        "Constrained",
                        Forge.CA,
                        Forge.CERT_AND_CRL_SIGN,
                        Forge.critical(
                                "2.5.29.30",
                                Der.sequence(
                                        Der.explicit(
                                                0,
                                                Der.sequence(
                                                        Der.implicit(
                                                                2, Der.ia5("example.net")))))));
        Octets outside = constrained.leaf(GATE, Forge.responder(RESPONDER));
        var policy = new RevocationPolicy(Demand.STRICT, true, RevocationPolicy.PATIENCE);

        judge(List.of(foreign, stranger.certificate()), GATE, List.of(), policy);
        judge(List.of(asked), "other.example.org", List.of(), policy);
        assertThat(
                        reason(
                                judge(
                                        List.of(outside, constrained.certificate()),
                                        GATE,
                                        List.of(),
                                        policy)))
                .contains("name constraints");

        assertThat(places.queries).isEmpty();
    }

    @Test
    @DisplayName("authorities are asked for first, and a revoked one ends it")
    void topDown() {
        Forge below =
                root.authority(
                        "Below", Forge.CA, Forge.CERT_AND_CRL_SIGN, Forge.distributionPoint(LIST));
        Octets leaf = below.leaf(GATE, Forge.responder(RESPONDER));
        places.served.put(
                LIST, root.list(DAY_AGO, IN_A_DAY, List.of(), Forge.parsed(below.certificate())));

        var policy = new RevocationPolicy(Demand.IF_URI, true, RevocationPolicy.PATIENCE);
        var verdict = judge(List.of(leaf, below.certificate()), GATE, List.of(), policy);

        assertThat(reason(verdict)).contains("the certificate of CN=Below was revoked at");
        assertThat(places.queries).hasSize(1);
    }

    @Test
    @DisplayName("a configured list counts beside what is fetched, and need not be asked twice")
    void configured() {
        var strict = new RevocationPolicy(Demand.STRICT, true, RevocationPolicy.PATIENCE);
        assertTrusted(judge(List.of(both), GATE, List.of(list()), strict));
        assertThat(places.queries).isEmpty();
        assertThat(reason(judge(List.of(both), GATE, List.of(list(both)), strict)))
                .contains("was revoked");

        Octets ended = root.list(DAY_AGO, NOW.minusSeconds(1), List.of());
        places.served.put(RESPONDER, status(both, "good"));
        assertTrusted(judge(List.of(both), GATE, List.of(ended), strict));
        places.served.clear();
        var relaxed = new RevocationPolicy(Demand.RELAXED, true, RevocationPolicy.PATIENCE);
        assertTrusted(judge(List.of(both), GATE, List.of(ended), relaxed));
        assertThat(reason(judge(List.of(both), GATE, List.of(ended), RevocationPolicy.DEFAULT)))
                .contains("the revocation list of CN=Root ended at");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stale",
                "early",
                "no next update",
                "of another",
                "by another",
                "unknown",
                "weak",
                "garbage",
                "empty",
                "tryLater",
                "list instead",
                "delegate without purpose",
                "delegate of another",
                "no octets"
            })
    @DisplayName(
            "an answer of a responder that does not count is as none (hostile OCSP responder) (KF-13)")
    void hostileResponder(String how) {
        places.served.put(RESPONDER, hostileStatus(how));

        assertThat(reason(judge(asked, Demand.STRICT))).contains("responder " + RESPONDER);
        assertTrusted(judge(asked, Demand.RELAXED));
        assertThat(places.kept).isEmpty();
    }

    private Octets hostileStatus(String how) {
        X509Certificate own = Forge.parsed(asked);
        Optional<Instant> end = Optional.of(IN_A_DAY);
        Forge other = Forge.root("Root");
        Forge delegate = root.authority("Delegate", Forge.domainName("ocsp.example.net"));
        return switch (how) {
            case "stale" ->
                    root.status(
                            own,
                            "good",
                            DAY_AGO,
                            Optional.of(NOW.minus(Duration.ofHours(1))),
                            root,
                            SHA256_WITH_ECDSA);
            case "early" ->
                    root.status(
                            own,
                            "good",
                            NOW.plus(Duration.ofHours(1)),
                            end,
                            root,
                            SHA256_WITH_ECDSA);
            case "no next update" ->
                    root.status(own, "good", DAY_AGO, Optional.empty(), root, SHA256_WITH_ECDSA);
            case "of another" -> status(listed, "good");
            case "by another" -> root.status(own, "good", DAY_AGO, end, other, SHA256_WITH_ECDSA);
            case "unknown" -> status(asked, "unknown");
            case "weak" -> root.status(own, "good", DAY_AGO, end, root, SHA1_WITH_ECDSA);
            case "garbage" ->
                    Octets.wrap("<html>Welcome!</html>".getBytes(StandardCharsets.US_ASCII));
            case "empty" -> Der.sequence();
            case "tryLater" -> Der.sequence(Der.value(0x0a, Octets.of((byte) 3)));
            case "list instead" -> list();
            case "delegate without purpose" ->
                    root.status(
                            own,
                            "good",
                            DAY_AGO,
                            end,
                            delegate,
                            SHA256_WITH_ECDSA,
                            delegate.certificate());
            case "delegate of another" -> {
                Forge foreign = other.authority("Delegate", Forge.OCSP_SIGNING);
                yield root.status(
                        own,
                        "good",
                        DAY_AGO,
                        end,
                        foreign,
                        SHA256_WITH_ECDSA,
                        foreign.certificate());
            }
            default -> Octets.EMPTY;
        };
    }

    @Test
    @DisplayName("an authority may leave answering to a delegate")
    void delegate() {
        Forge delegate = root.authority("Delegate", Forge.OCSP_SIGNING);
        places.served.put(
                RESPONDER,
                root.status(
                        Forge.parsed(asked),
                        "good",
                        DAY_AGO,
                        Optional.of(IN_A_DAY),
                        delegate,
                        SHA256_WITH_ECDSA,
                        delegate.certificate()));

        assertTrusted(judge(asked, Demand.STRICT));
    }

    @Test
    @DisplayName("an answer that does not say when it ends is good for minutes, and not kept")
    void freshWithoutEnd() {
        places.served.put(
                RESPONDER,
                root.status(
                        Forge.parsed(asked),
                        "good",
                        NOW.minusSeconds(10),
                        Optional.empty(),
                        root,
                        SHA256_WITH_ECDSA));

        assertTrusted(judge(asked, Demand.STRICT));
        assertThat(places.kept).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stale",
                "early",
                "by another",
                "garbage",
                "status instead",
                "elsewhere",
                "for users"
            })
    @DisplayName("a list that does not count is as none (hostile CRL server)")
    void hostileList(String how) {
        Octets served =
                switch (how) {
                    case "stale" -> root.list(DAY_AGO, NOW.minusSeconds(1), List.of());
                    case "early" -> root.list(NOW.plusSeconds(1), IN_A_DAY, List.of());
                    case "by another" -> Forge.root("Root").list(DAY_AGO, IN_A_DAY, List.of());
                    case "status instead" -> status(listed, "good");
                    case "elsewhere" ->
                            root.list(
                                    DAY_AGO,
                                    IN_A_DAY,
                                    List.of(
                                            Forge.issuingDistributionPoint(
                                                    "http://crl.example.net/2.crl")));
                    case "for users" ->
                            root.list(
                                    DAY_AGO,
                                    IN_A_DAY,
                                    List.of(
                                            Forge.critical(
                                                    "2.5.29.28",
                                                    Der.sequence(
                                                            Der.implicit(
                                                                    1, Octets.of((byte) 0xff))))));
                    default -> Octets.ofHex("0badc0de");
                };
        places.served.put(LIST, served);

        assertThat(reason(judge(listed, Demand.STRICT))).contains("list " + LIST);
        assertTrusted(judge(listed, Demand.RELAXED));
        assertThat(places.kept).isEmpty();
    }

    @Test
    @DisplayName("a list for one distribution point is complete for those who name it")
    void scope() {
        List<Octets> scope = List.of(Forge.issuingDistributionPoint(LIST));
        places.served.put(LIST, root.list(DAY_AGO, IN_A_DAY, scope));
        assertTrusted(judge(listed, Demand.STRICT));

        places.served.put(LIST, root.list(DAY_AGO, IN_A_DAY, scope, Forge.parsed(listed)));
        assertThat(reason(judge(listed, Demand.STRICT))).contains("was revoked");
    }

    @Test
    @DisplayName("no changed octet makes a revoked certificate good")
    void mutations() {
        Random random = new Random(6960);
        Octets status = status(asked, "revoked");
        Octets list = list(listed);
        for (int round = 0; round < 1000; round++) {
            places.served.put(RESPONDER, changed(status, random));
            places.served.put(LIST, changed(list, random));
            assertThat(judge(asked, Demand.STRICT)).isInstanceOf(CertificateVerdict.Refused.class);
            assertThat(judge(listed, Demand.STRICT)).isInstanceOf(CertificateVerdict.Refused.class);
        }
    }

    @Test
    @DisplayName("odd places in a certificate are no places, or are asked as they are")
    void oddPlaces() {
        for (Octets value :
                List.of(Octets.EMPTY, Octets.ofHex("30"), Octets.ofHex("3080"), Der.sequence())) {
            Octets odd =
                    root.leaf(
                            GATE,
                            Forge.extension("2.5.29.31", value),
                            Forge.extension("1.3.6.1.5.5.7.1.1", value));
            assertThat(judge(odd, Demand.IF_URI)).isNotNull();
        }
        Octets spaced = root.leaf(GATE, Forge.responder("http://a b/\r\nX: y"));
        assertTrusted(judge(spaced, Demand.IF_URI));
        Octets endless = root.leaf(GATE, Forge.responder("http://a/" + "x".repeat(2000)));
        assertTrusted(judge(endless, Demand.IF_URI));
        assertThat(places.queries).isEmpty();
    }

    private static Octets changed(Octets octets, Random random) {
        byte[] changed = octets.toArray();
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        return Octets.wrap(changed);
    }

    private Octets status(Octets certificate, String status) {
        return root.status(
                Forge.parsed(certificate),
                status,
                DAY_AGO,
                Optional.of(IN_A_DAY),
                root,
                SHA256_WITH_ECDSA);
    }

    private Octets list(Octets... revoked) {
        X509Certificate[] parsed = new X509Certificate[revoked.length];
        for (int i = 0; i < revoked.length; i++) {
            parsed[i] = Forge.parsed(revoked[i]);
        }
        return root.list(DAY_AGO, IN_A_DAY, List.of(), parsed);
    }

    private CertificateVerdict judge(Octets certificate, Demand demand) {
        return judge(
                List.of(certificate),
                GATE,
                List.of(),
                new RevocationPolicy(demand, true, RevocationPolicy.PATIENCE));
    }

    private CertificateVerdict judge(
            List<Octets> chain, String identity, List<Octets> lists, RevocationPolicy policy) {
        var trust =
                new RemoteAuthentication.Signature(
                        IdentityPattern.ANY, List.of(root.certificate()), List.of(), lists, policy);
        return CertificateValidation.validate(Identity.parse(identity), chain, trust, NOW, places);
    }

    private static void assertTrusted(CertificateVerdict verdict) {
        assertThat(verdict).isInstanceOf(CertificateVerdict.Trusted.class);
    }

    private static boolean isTrusted(CertificateVerdict verdict) {
        return verdict instanceof CertificateVerdict.Trusted;
    }
}
