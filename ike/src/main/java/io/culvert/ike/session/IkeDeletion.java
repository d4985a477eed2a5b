package io.culvert.ike.session;

import io.culvert.ike.exchange.Informational;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import java.util.List;
import java.util.Optional;

/// Deletes an IKE SA that another one has replaced. The session goes on.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.8 RFC 7296 section 2.8
final class IkeDeletion implements Undertaking {
    private final Peering peering;
    private final IkeSa old;

    IkeDeletion(Peering peering, IkeSa old) {
        this.peering = peering;
        this.old = old;
    }

    @Override
    public ExchangeType exchange() {
        return ExchangeType.INFORMATIONAL;
    }

    @Override
    public Optional<IkeSa> sa() {
        return Optional.of(old);
    }

    @Override
    public Optional<List<Payload>> request(MonoTime now) {
        return old.isClosed() ? Optional.empty() : Optional.of(Informational.deleteIkeSa());
    }

    @Override
    public void answered(MonoTime now, List<Payload> response) {
        peering.retirement().closed(now, old);
    }
}
