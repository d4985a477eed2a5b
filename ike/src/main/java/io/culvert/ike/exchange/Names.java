package io.culvert.ike.exchange;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.wire.Identification;
import io.culvert.ike.wire.IdentificationType;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.Role;
import java.util.List;

/// Between identities and the payloads that carry them.
final class Names {
    private Names() {}

    static Identification identification(Role role, Identity identity) {
        return Identification.of(role, new IdentificationType(identity.type()), identity.data());
    }

    static Identity identity(Identification identification) {
        return new Identity(identification.idType().value(), identification.data());
    }

    /// Who a peer is: who stays anonymous is nobody, whatever name it gives (RFC 7619 section 2.2).
    static Identity anonymousOr(ConnectionConfig connection, Identity named) {
        return connection.remote() instanceof RemoteAuthentication.Null ? Identity.NULL : named;
    }

    /// Whether the sender says that this is its only IKE SA.
    static boolean isInitialContact(List<Payload> payloads) {
        return PayloadChain.notification(payloads, NotifyType.INITIAL_CONTACT).isPresent();
    }
}
