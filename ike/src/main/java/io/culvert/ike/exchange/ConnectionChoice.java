package io.culvert.ike.exchange;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionConfig.Childless;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.AuthenticationMethod;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.Role;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Which configured connection a caller means: the one whose identities and way of authentication fit it closest.
final class ConnectionChoice {
    private ConnectionChoice() {}

    /// Chooses among `candidates`.
    ///
    /// @param request the first IKE_AUTH request: who the peer says it is, whom it wants to talk to, and how it
    ///     authenticates
    static Optional<ConnectionConfig> choose(
            List<ConnectionConfig> candidates, List<Payload> request) {
        Identity caller = caller(request);
        Optional<Identity> called = called(request);
        Optional<AuthenticationMethod> method = proof(request).map(Authentication::method);
        boolean eapAlone =
                PayloadChain.notification(request, NotifyType.EAP_ONLY_AUTHENTICATION).isPresent();
        boolean childless = !FirstChild.isWanted(request);
        return candidates.stream()
                .filter(c -> takes(c.remote(), method))
                .filter(c -> canAnswer(c, eapAlone))
                .filter(c -> !childless || c.childless() != Childless.NEVER)
                .filter(c -> c.remote().identity().accepts(caller))
                .filter(c -> called.isEmpty() || isSame(c.local(), called.get()))
                .max(Comparator.comparingInt(c -> c.remote().identity().specificity(caller)));
    }

    /// That there is none to choose.
    static SessionFailure none(List<Payload> request) {
        Optional<Authentication> proof = proof(request);
        if (proof.isEmpty()) {
            return Proofs.failure(
                    caller(request) + " asks for EAP, which no connection for it allows",
                    "set `auth` of the remote side to the EAP method, or let the peer"
                            + " authenticate with a pre-shared key or a certificate");
        }
        String withoutChild = FirstChild.isWanted(request) ? "" : " and without a Child SA";
        return Proofs.failure(
                "no connection is for "
                        + caller(request)
                        + " calling "
                        + called(request).map(Identity::toString).orElse("anybody here")
                        + " with "
                        + proof.get().method()
                        + withoutChild,
                "compare `id`, `auth` and `childless` of both sides");
    }

    private static Identity caller(List<Payload> request) {
        return Names.identity(PayloadChain.identification(request, Role.INITIATOR).orElseThrow());
    }

    private static Optional<Identity> called(List<Payload> request) {
        return PayloadChain.identification(request, Role.RESPONDER).map(Names::identity);
    }

    private static Optional<Authentication> proof(List<Payload> request) {
        return PayloadChain.first(request, Authentication.class);
    }

    private static boolean takes(
            RemoteAuthentication expected, Optional<AuthenticationMethod> method) {
        boolean sharedKey = method.equals(Optional.of(AuthenticationMethod.SHARED_KEY_MIC));
        boolean nothing = method.equals(Optional.of(AuthenticationMethod.NULL));
        return switch (expected) {
            case RemoteAuthentication.PreSharedKey _, RemoteAuthentication.Resumed _ -> sharedKey;
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
