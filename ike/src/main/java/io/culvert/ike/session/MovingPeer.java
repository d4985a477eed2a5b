package io.culvert.ike.session;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.extension.Mobike;
import io.culvert.ike.transport.StreamFraming;
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
    private Optional<TransportPath> unproved = Optional.empty();

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
            case TransportPath.Tcp stream -> {
                if (stream.framing() == StreamFraming.TCP_ENCAPSULATION) {
                    mobility.natFound(now, path, request);
                    if (mobility.encapsulation().follow(now, stream)) {
                        mobility.confirm(now, "the peer has moved into a connection");
                    }
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
        if (peering.ways().isTcpEncapsulation()) {
            peering.courier().moveOut(now, path, "the peer has moved out of the connection");
        } else {
            mobility.go(path);
            peering.courier().repeat(now, peering.theSa());
        }
        // what is known of a connection says nothing about UDP
        boolean known =
                mobility.staying()
                        .filter(old ->
                                old.kind() == path.kind()
                                        && old.remote()
                                                .getAddress()
                                                .equals(path.remote().getAddress()))
                        .isPresent();
        if (known) {
            unproved = Optional.empty();
            mobility.confirm(now, "the peer has moved");
        } else {
            unproved = Optional.of(path);
            // ESP whose connection is gone has nowhere to stay
            peering.routeChildren();
            peering.agenda().again(now, new MobikeExchanges.Routability(peering, path));
        }
    }

    /// Whether the peer still has to prove that it is there.
    boolean isUnproved(TransportPath.Udp path) {
        Optional<TransportPath> checked = Optional.of(path);
        return unproved.equals(checked) && peering.ways().current().equals(checked);
    }

    /// The peer has sent back what we sent to its new address.
    void reached(MonoTime now, TransportPath.Udp checked) {
        if (!isUnproved(checked)) {
            return;
        }
        if (mobility.wasAnsweredOnlyBy(checked)) {
            unproved = Optional.empty();
            mobility.confirm(now, "the peer has moved");
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
        if (mobility.isOn() && follows && !peering.ways().isTcpEncapsulation()) {
            mobility.espTo(path);
        }
        return mobility.isOn();
    }
}
