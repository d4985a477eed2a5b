package io.culvert.ike.session;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.extension.Mobike;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import java.util.List;
import java.util.Optional;

/// The responder's part of [Mobility]: it follows the original initiator, and makes sure that it is there.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4555#section-3.7 RFC 4555 section 3.7
final class MovingPeer {
    /// The latest update that was acted on.
    private record Update(IkeSa sa, long messageId) {}

    private final Peering peering;
    private final Mobility mobility;
    private Optional<Update> latest = Optional.empty();

    MovingPeer(Peering peering, Mobility mobility) {
        this.peering = peering;
        this.mobility = mobility;
    }

    /// Acts on an update, once it has its response.
    void moved(MonoTime now, TransportPath path, IkeHeader header, List<Payload> request) {
        boolean asked = mobility.isOn() && Mobike.isUpdate(request) && !peering.weStarted();
        if (!asked || Mobike.findsForbiddenNat(path, request) || !mobility.accepts(path)) {
            return;
        }
        Update update = new Update(peering.saOf(header).orElseThrow(), header.messageId());
        if (isOlder(update)) {
            return;
        }
        latest = Optional.of(update);
        switch (path) {
            case TransportPath.Udp udp -> {
                mobility.natFound(now, path, request);
                movedTo(now, udp);
            }
            case TransportPath.Tcp _ -> {
                if (peering.courier().isTcpEncapsulation()) {
                    mobility.natFound(now, path, request);
                }
            }
        }
    }

    private boolean isOlder(Update update) {
        return latest.filter(before ->
                        before.sa() == update.sa()
                                ? update.messageId() < before.messageId()
                                : update.sa() != peering.theSa())
                .isPresent();
    }

    private void movedTo(MonoTime now, TransportPath.Udp path) {
        mobility.stay();
        mobility.go(path);
        mobility.repeat(now);
        boolean known =
                mobility.staying()
                        .filter(old -> old.remote().getAddress().equals(path.remote().getAddress()))
                        .isPresent();
        if (known) {
            mobility.confirm("the peer has moved");
        } else {
            peering.agenda().again(now, new MobikeExchanges.Routability(peering, path));
        }
    }

    /// Whether the peer still has to prove that it is there.
    boolean isUnproved(TransportPath.Udp path) {
        return mobility.staying().isPresent() && peering.courier().udp().equals(Optional.of(path));
    }

    /// The peer has sent back what we sent to its new address.
    void reached(MonoTime now, TransportPath.Udp checked) {
        if (!isUnproved(checked)) {
            return;
        }
        if (mobility.wasAnsweredOnlyBy(checked)) {
            mobility.confirm("the peer has moved");
        } else {
            // a copy went elsewhere, and may be the one that was answered (E2-4)
            peering.agenda().again(now, new MobikeExchanges.Routability(peering, checked));
        }
    }

    /// ESP came from elsewhere. It may be followed to an original initiator, which may be behind a NAT; IKE may not
    /// (E2-6). A copy that somebody sent from another address moves ESP until the next packet of the peer.
    ///
    /// @return whether MOBIKE decides about this
    boolean espMoved(TransportPath.Udp path) {
        boolean mayBeNat = peering.connection().filter(ConnectionConfig::natsAllowed).isPresent();
        boolean follows = mayBeNat && !peering.weStarted();
        if (mobility.isOn() && follows && !peering.courier().isTcpEncapsulation()) {
            mobility.espTo(path);
        }
        return mobility.isOn();
    }
}
