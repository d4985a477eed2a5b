package io.culvert.ike.session;

import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.extension.Mobike;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The exchanges of [Mobility].
///
/// @spec https://www.rfc-editor.org/rfc/rfc4555#section-3 RFC 4555 section 3
final class MobikeExchanges {
    private MobikeExchanges() {}

    /// Moves the SAs to where we are now. By the original initiator.
    static final class AddressUpdate implements Undertaking {
        private final Peering peering;

        AddressUpdate(Peering peering) {
            this.peering = peering;
        }

        @Override
        public boolean isHasty() {
            return peering.ways().mayMoveIntoStream();
        }

        @Override
        public ExchangeType exchange() {
            return ExchangeType.INFORMATIONAL;
        }

        @Override
        public Optional<List<Payload>> request(MonoTime now) {
            return Optional.of(peering.mobility().update());
        }

        @Override
        public void answered(MonoTime now, List<Payload> response) {
            peering.mobility().updated(now, response);
        }
    }

    /// Asks whether the peer can be reached where it says to have moved to.
    static final class Routability implements Undertaking {
        private final Peering peering;
        private final TransportPath.Udp checked;
        private Octets cookie = Octets.EMPTY;

        Routability(Peering peering, TransportPath.Udp checked) {
            this.peering = peering;
            this.checked = checked;
        }

        @Override
        public ExchangeType exchange() {
            return ExchangeType.INFORMATIONAL;
        }

        @Override
        public Optional<List<Payload>> request(MonoTime now) {
            if (!peering.mobility().movingPeer().isUnproved(checked)) {
                // it has moved on, or was seen there meanwhile
                return Optional.empty();
            }
            byte[] drawn = new byte[Mobike.COOKIE_OCTETS];
            peering.context().random().nextBytes(drawn);
            cookie = Octets.wrap(drawn);
            return Optional.of(List.of(Mobike.challenge(cookie)));
        }

        @Override
        public void answered(MonoTime now, List<Payload> response) {
            if (Mobike.isEchoed(cookie, response)) {
                peering.mobility().movingPeer().reached(now, checked);
            } else {
                peering.agenda()
                        .endBecause(
                                "the peer sent back another COOKIE2",
                                new SessionFailure.PeerMisbehaved(
                                        "the peer did not send back our COOKIE2",
                                        "look for somebody on the way who changes addresses"));
            }
        }
    }

    /// Tells at which other addresses we can be reached.
    static final class Announcement implements Undertaking {
        private static final int MOST_ATTEMPTS = 4;

        private final Peering peering;
        private final List<InetAddress> others;
        private int attempts;

        Announcement(Peering peering, List<InetAddress> others) {
            this.peering = peering;
            this.others = others;
        }

        @Override
        public ExchangeType exchange() {
            return ExchangeType.INFORMATIONAL;
        }

        @Override
        public Optional<List<Payload>> request(MonoTime now) {
            attempts++;
            List<Payload> payloads = new ArrayList<>(Mobike.additionalAddresses(others));
            payloads.addAll(peering.mobility().noNats());
            return Optional.of(payloads);
        }

        @Override
        public void answered(MonoTime now, List<Payload> response) {
            if (Mobike.isNatUnexpected(response) && attempts < MOST_ATTEMPTS) {
                peering.agenda().again(now, this);
            }
        }
    }
}
