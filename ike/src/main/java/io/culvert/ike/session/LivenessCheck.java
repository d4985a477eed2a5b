package io.culvert.ike.session;

import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import java.util.List;
import java.util.Optional;

/// Asks whether the peer is alive; that it answers is all that is wanted.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.4 RFC 7296 section 2.4
final class LivenessCheck implements Undertaking {
    private final Peering peering;

    LivenessCheck(Peering peering) {
        this.peering = peering;
    }

    @Override
    public ExchangeType exchange() {
        return ExchangeType.INFORMATIONAL;
    }

    @Override
    public Optional<List<Payload>> request(MonoTime now) {
        return Optional.of(peering.mobility().livenessCheck());
    }

    @Override
    public void answered(MonoTime now, List<Payload> response) {
        peering.mobility().alive(now, response);
    }
}
