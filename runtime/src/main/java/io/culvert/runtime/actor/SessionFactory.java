package io.culvert.runtime.actor;

import io.culvert.ike.api.Admission;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Session;
import io.culvert.ipsec.value.IkeSpi;
import java.util.List;

/// Makes sessions and the guard of the door. Safe for use by many threads.
public interface SessionFactory {
    /// A session that we start; its first input is [io.culvert.ike.api.Command.Initiate].
    Session initiator(ConnectionConfig connection);

    /// A session that a stranger's IKE_SA_INIT starts, which is its first input.
    ///
    /// @param ours the SPI that admission chose
    /// @param candidates the connections that the addresses admit, not empty
    Session responder(IkeSpi ours, List<ConnectionConfig> candidates);

    /// The guard of the door. Called once.
    Admission admission();
}
