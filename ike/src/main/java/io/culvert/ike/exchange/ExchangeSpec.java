package io.culvert.ike.exchange;

import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Payload;
import java.util.List;
import java.util.Optional;

/// An exchange as data: its type, and which payloads its messages must have.
///
/// @param type the exchange type on the wire
/// @param request what a request must have
/// @param response what a response must have that reports no error
record ExchangeSpec(ExchangeType type, PayloadRules request, PayloadRules response) {
    /// What a request lacks or has too often, for people.
    Optional<String> requestViolation(List<Payload> payloads) {
        return request.violation(payloads);
    }

    /// What a response lacks or has too often, for people.
    Optional<String> responseViolation(List<Payload> payloads) {
        return response.violation(payloads);
    }
}
