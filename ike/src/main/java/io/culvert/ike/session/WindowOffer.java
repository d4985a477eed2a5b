package io.culvert.ike.session;

import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import java.util.List;
import java.util.Optional;

/// Tells the peer how many requests it may have outstanding in the current IKE SA: more than one only where configured.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.3 RFC 7296 section 2.3
final class WindowOffer implements Undertaking {
    private final Peering peering;
    private final int requests;

    WindowOffer(Peering peering, int requests) {
        this.peering = peering;
        this.requests = requests;
    }

    @Override
    public ExchangeType exchange() {
        return ExchangeType.INFORMATIONAL;
    }

    /// The peer of a responder over `ike-tcp` is not to be reached before it has come over UDP; this is not worth giving
    /// it up.
    @Override
    public boolean isReady() {
        return peering.ways().udp().isPresent() || peering.ways().stream().isPresent();
    }

    @Override
    public Optional<List<Payload>> request(MonoTime now) {
        // what is promised is kept from the moment when the peer may learn of it
        peering.theSa().window().grow(requests);
        return Optional.of(List.of(new Notification.SetWindowSize(requests).toNotify()));
    }

    @Override
    public void answered(MonoTime now, List<Payload> response) {}
}
