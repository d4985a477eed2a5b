package io.culvert.app.daemon;

import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Question;
import io.culvert.ike.auth.CertificateValidation;
import io.culvert.ike.auth.CertificateVerdict;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.RevocationFetcher;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/// Answers sessions that ask whether a peer's certificates are good, at the time of day.
///
/// Fetching takes at most the patience of the connection's revocation policy; the rest is bounded work.
///
/// @param clock the time of day
/// @param fetchers gives what fetches for one question within some time
public record CertificateJudge(
        Supplier<Instant> clock, Function<Duration, RevocationFetcher> fetchers)
        implements Function<Question.ValidateCertificate, Answer> {
    /// Fetches nothing.
    public CertificateJudge(Supplier<Instant> clock) {
        this(clock, _ -> RevocationFetcher.NONE);
    }

    /// The verdict itself, which EAP-TLS asks for.
    ///
    /// @param identity whom the certificate has to name
    /// @param chain in DER, its own first
    CertificateVerdict judge(
            Identity identity, List<Octets> chain, RemoteAuthentication.Signature trust) {
        return CertificateValidation.validate(
                identity, chain, trust, clock.get(), fetchers.apply(trust.revocation().patience()));
    }

    @Override
    public Answer apply(Question.ValidateCertificate question) {
        return switch (judge(question.identity(), question.chain(), question.trust())) {
            case CertificateVerdict.Trusted trusted ->
                    new Answer.CertificateAccepted(trusted.key(), trusted.subject());
            case CertificateVerdict.Refused refused ->
                    new Answer.CertificateRefused(refused.reason());
        };
    }
}
