package io.culvert.ike.exchange;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.AuthenticationMethod;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Which configured connection a caller means: the one whose identities and way of authentication fit it closest.
final class ConnectionChoice {
    private ConnectionChoice() {}

    /// Chooses among `candidates`.
    ///
    /// @param caller who the peer says it is
    /// @param called whom it wants to talk to, if it says so
    /// @param proof its AUTH payload; empty if it wants EAP
    /// @param eapAlone whether EAP is enough for it to believe us (RFC 5998)
    static Optional<ConnectionConfig> choose(
            List<ConnectionConfig> candidates,
            Identity caller,
            Optional<Identity> called,
            Optional<Authentication> proof,
            boolean eapAlone) {
        return candidates.stream()
                .filter(c -> takes(c.remote(), proof))
                .filter(c -> canAnswer(c, eapAlone))
                .filter(c -> c.remote().identity().accepts(caller))
                .filter(c -> called.isEmpty() || isSame(c.local(), called.get()))
                .max(Comparator.comparingInt(c -> c.remote().identity().specificity(caller)));
    }

    /// That there is none to choose.
    static SessionFailure none(
            Identity caller, Optional<Identity> called, Optional<Authentication> proof) {
        return proof.map(payload ->
                        Proofs.failure(
                                "no connection is for "
                                        + caller
                                        + " calling "
                                        + called.map(Identity::toString).orElse("anybody here")
                                        + " with "
                                        + payload.method(),
                                "compare `id` and `auth` of both sides"))
                .orElseGet(() ->
                        Proofs.failure(
                                caller + " asks for EAP, which no connection for it allows",
                                "set `auth` of the remote side to the EAP method, or let the peer"
                                        + " authenticate with a pre-shared key or a certificate"));
    }

    private static boolean takes(RemoteAuthentication expected, Optional<Authentication> proof) {
        Optional<AuthenticationMethod> method = proof.map(Authentication::method);
        boolean sharedKey = method.equals(Optional.of(AuthenticationMethod.SHARED_KEY_MIC));
        boolean nothing = method.equals(Optional.of(AuthenticationMethod.NULL));
        return switch (expected) {
            case RemoteAuthentication.PreSharedKey _ -> sharedKey;
            case RemoteAuthentication.Signature _ -> method.isPresent() && !sharedKey && !nothing;
            case RemoteAuthentication.Eap _ -> method.isEmpty();
            case RemoteAuthentication.Null _ -> nothing;
        };
    }

    /// A responder whose own proof is EAP depends on the peer to begin with it.
    private static boolean canAnswer(ConnectionConfig connection, boolean eapAlone) {
        return !(connection.local() instanceof LocalAuthentication.Eap)
                || (connection.remote() instanceof RemoteAuthentication.Eap && eapAlone);
    }

    private static boolean isSame(LocalAuthentication local, Identity called) {
        Identity ours = local.identity();
        return ours.equals(called)
                || (ours.type() == called.type()
                        && ours.toString().equalsIgnoreCase(called.toString()));
    }
}
