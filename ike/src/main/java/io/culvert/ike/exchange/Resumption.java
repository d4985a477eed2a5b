package io.culvert.ike.exchange;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.HeldTicket;
import io.culvert.ike.api.Resumable;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.proposal.IkeSuite;
import io.culvert.ike.proposal.ProposalSelection;
import java.util.List;
import java.util.Optional;

/// A ticket that fits a connection as it is configured now.
///
/// A configuration may have changed since: then who resumes has to be one that the connection would still accept, by the
/// same way of authentication, and with algorithms that it still has.
///
/// @param held the ticket, and what it stands for
/// @param connection the connection
/// @param suite the algorithms
/// @param weStart whether we are the client
public record Resumption(
        HeldTicket held, ConnectionConfig connection, IkeSuite suite, boolean weStart) {
    /// Looks whether a ticket fits.
    ///
    /// @param weStart whether we are the client
    public static Optional<Resumption> of(
            HeldTicket held, List<ConnectionConfig> candidates, boolean weStart) {
        Resumable state = held.state();
        Identity us = weStart ? state.initiator() : state.responder();
        Identity peer = weStart ? state.responder() : state.initiator();
        return candidates.stream()
                .filter(c -> c.name().equals(state.connection()))
                .filter(c -> c.local().identity().equals(us))
                .filter(c -> c.remote().identity().accepts(peer))
                .filter(c -> method(c.remote()).equals(Optional.of(state.method())))
                .findFirst()
                .flatMap(c ->
                        ProposalSelection.chooseIke(
                                        c.proposals(), state.algorithms(), Optional.empty(), true)
                                .map(choice -> new Resumption(held, c, choice.suite(), weStart)));
    }

    /// How a peer proves who it is, in a word; nothing where that is not worth a ticket.
    public static Optional<String> method(RemoteAuthentication remote) {
        return switch (remote) {
            case RemoteAuthentication.PreSharedKey _ -> Optional.of("psk");
            case RemoteAuthentication.Signature _ -> Optional.of("pubkey");
            case RemoteAuthentication.Eap eap -> Optional.of("eap " + eap.backend());
            case RemoteAuthentication.Null _, RemoteAuthentication.Resumed _ -> Optional.empty();
        };
    }

    /// The connection for IKE_AUTH.
    public ConnectionConfig authenticating() {
        Resumable state = held.state();
        return weStart
                ? connection.resumed(state.initiator(), state.responder())
                : connection.resumed(state.responder(), state.initiator());
    }
}
