package io.culvert.ike.exchange;

import io.culvert.ike.auth.Identity;
import io.culvert.ike.wire.Identification;
import io.culvert.ike.wire.IdentificationType;
import io.culvert.ike.wire.Role;

/// Between identities and the payloads that carry them.
final class Names {
    private Names() {}

    static Identification identification(Role role, Identity identity) {
        return Identification.of(role, new IdentificationType(identity.type()), identity.data());
    }

    static Identity identity(Identification identification) {
        return new Identity(identification.idType().value(), identification.data());
    }
}
