package io.culvert.app.daemon;

import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Question;
import io.culvert.ike.auth.CertificateValidation;
import io.culvert.ike.auth.CertificateVerdict;
import java.time.Instant;
import java.util.function.Function;
import java.util.function.Supplier;

/// Answers sessions that ask whether a peer's certificates are good, at the time of day.
///
/// @param clock the time of day
public record CertificateJudge(Supplier<Instant> clock)
        implements Function<Question.ValidateCertificate, Answer> {
    @Override
    public Answer apply(Question.ValidateCertificate question) {
        CertificateVerdict verdict =
                CertificateValidation.validate(
                        question.identity(), question.chain(), question.trust(), clock.get());
        return switch (verdict) {
            case CertificateVerdict.Trusted trusted ->
                    new Answer.CertificateAccepted(trusted.key(), trusted.subject());
            case CertificateVerdict.Refused refused ->
                    new Answer.CertificateRefused(refused.reason());
        };
    }
}
