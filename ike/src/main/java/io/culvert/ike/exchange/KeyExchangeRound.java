package io.culvert.ike.exchange;

import io.culvert.ike.api.SessionContext;
import io.culvert.ike.wire.KeyExchangePayload;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ipsec.crypto.CryptoProvider.KeyExchangeResponse;
import io.culvert.ipsec.crypto.InvalidPublicValueException;
import io.culvert.ipsec.crypto.KeyExchange;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.value.KeyMaterial;
import java.util.List;

/// One additional key exchange, in whatever exchange its two KE payloads travel.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9370#section-2.2.2 RFC 9370 section 2.2.2
final class KeyExchangeRound {
    private final KeyExchange ours;

    /// Begins one as its initiator, with a fresh key pair.
    KeyExchangeRound(SessionContext context, KeyExchangeMethod method) {
        ours = context.crypto().initiate(method, context.random());
    }

    /// KEi.
    KeyExchangePayload request() {
        return new KeyExchangePayload(ours.method().transformId(), ours.publicValue());
    }

    /// The secret, from a message that has KEr.
    ///
    /// @throws InvalidPublicValueException if it is for another method, or must not be used
    KeyMaterial secret(List<Payload> response) throws InvalidPublicValueException {
        return ours.agree(payload(ours.method(), response).data());
    }

    void close() {
        ours.close();
    }

    /// KEr and the secret.
    record Answer(KeyExchangePayload payload, KeyMaterial secret) {}

    /// Does the responder's part, with a message that has KEi.
    ///
    /// @throws InvalidPublicValueException if it is for another method, or must not be used
    static Answer answer(SessionContext context, KeyExchangeMethod method, List<Payload> request)
            throws InvalidPublicValueException {
        KeyExchangeResponse made =
                context.crypto().respond(method, payload(method, request).data(), context.random());
        return new Answer(
                new KeyExchangePayload(method.transformId(), made.value()), made.secret());
    }

    private static KeyExchangePayload payload(KeyExchangeMethod method, List<Payload> message)
            throws InvalidPublicValueException {
        KeyExchangePayload ke = PayloadChain.first(message, KeyExchangePayload.class).orElseThrow();
        if (ke.method() != method.transformId()) {
            throw new InvalidPublicValueException(
                    "a KE payload for method " + ke.method() + " where " + method + " is due");
        }
        return ke;
    }
}
