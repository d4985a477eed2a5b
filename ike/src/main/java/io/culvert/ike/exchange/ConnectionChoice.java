package io.culvert.ike.exchange;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
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
    static Optional<ConnectionConfig> choose(
            List<ConnectionConfig> candidates,
            Identity caller,
            Optional<Identity> called,
            AuthenticationMethod method) {
        boolean sharedKey = method.equals(AuthenticationMethod.SHARED_KEY_MIC);
        return candidates.stream()
                .filter(c -> c.remote() instanceof RemoteAuthentication.PreSharedKey == sharedKey)
                .filter(c -> c.remote().identity().accepts(caller))
                .filter(c -> called.isEmpty() || isSame(c.local(), called.get()))
                .max(Comparator.comparingInt(c -> c.remote().identity().specificity(caller)));
    }

    private static boolean isSame(LocalAuthentication local, Identity called) {
        Identity ours = local.identity();
        return ours.equals(called)
                || (ours.type() == called.type()
                        && ours.toString().equalsIgnoreCase(called.toString()));
    }
}
