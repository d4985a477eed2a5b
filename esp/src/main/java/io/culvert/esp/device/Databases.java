package io.culvert.esp.device;

import io.culvert.esp.policy.SecurityAssociationDatabase;
import io.culvert.esp.policy.SecurityPolicyDatabase;

/// SPD and SAD of one moment: published together, so that an SA is installed in both directions or not at all.
///
/// @param policies what is sent through which SA
/// @param associations which SA receives what
record Databases(
        SecurityPolicyDatabase<InstalledSa> policies,
        SecurityAssociationDatabase<InstalledSa> associations) {
    static final Databases EMPTY =
            new Databases(SecurityPolicyDatabase.empty(), SecurityAssociationDatabase.empty());

    /// Lets an SA receive.
    Databases receiving(InstalledSa sa) {
        return new Databases(policies, associations.with(sa.inboundSpi(), sa));
    }

    /// Lets an SA send.
    Databases sending(InstalledSa sa) {
        return new Databases(policies.with(sa.policy()), associations);
    }

    /// Lets an SA send no longer.
    Databases notSending(InstalledSa sa) {
        return new Databases(policies.without(sa.policy()), associations);
    }

    /// Forgets an SA.
    Databases without(InstalledSa sa) {
        return new Databases(policies.without(sa.policy()), associations.without(sa.inboundSpi()));
    }
}
