package io.culvert.ike.session;

import io.culvert.ike.exchange.Informational;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Spi;
import java.util.List;
import java.util.Optional;

/// Deletes a Child SA of ours.
///
/// One that was replaced receives until the peer has answered: it may send by it until then (IK-101). One without a
/// successor carries nothing more from the moment when its end is decided.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-1.4.1 RFC 7296 section 1.4.1
final class ChildDeletion implements Undertaking {
    private final Peering peering;
    private final Spi inbound;
    private final Optional<ChildSa> child;
    private final String cause;

    private ChildDeletion(Peering peering, Spi inbound, Optional<ChildSa> child, String cause) {
        this.peering = peering;
        this.inbound = inbound;
        this.child = child;
        this.cause = cause;
    }

    /// Deletes one that is installed.
    static ChildDeletion of(Peering peering, ChildSa child, String cause) {
        child.markClosing();
        boolean replaced = child.successor().isPresent();
        if (!replaced) {
            peering.children().remove(child, cause);
        }
        return new ChildDeletion(
                peering, child.inbound(), replaced ? Optional.of(child) : Optional.empty(), cause);
    }

    /// Deletes one that the peer has and we have not.
    static ChildDeletion of(Peering peering, Spi inbound) {
        return new ChildDeletion(peering, inbound, Optional.empty(), "");
    }

    @Override
    public ExchangeType exchange() {
        return ExchangeType.INFORMATIONAL;
    }

    @Override
    public Optional<List<Payload>> request(MonoTime now) {
        // the peer may have deleted it while we waited
        boolean done = child.isPresent() && !peering.children().living().contains(child.get());
        return done
                ? Optional.empty()
                : Optional.of(Informational.deleteChildSas(List.of(inbound)));
    }

    @Override
    public void answered(MonoTime now, List<Payload> response) {
        child.filter(peering.children().living()::contains)
                .ifPresent(old -> peering.retirement().ended(now, old, cause));
    }
}
