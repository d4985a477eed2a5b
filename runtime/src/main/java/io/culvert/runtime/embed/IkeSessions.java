package io.culvert.runtime.embed;

import io.culvert.ike.api.Admission;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Session;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.TicketOffice;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ike.session.Attempts;
import io.culvert.ike.session.HalfOpenAdmission;
import io.culvert.ike.session.IkeSession;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.runtime.actor.SessionFactory;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Makes IKEv2 sessions.
///
/// @param context what they share
/// @param doorLimits the bounds of the door
public record IkeSessions(SessionContext context, HalfOpenAdmission.Limits doorLimits)
        implements SessionFactory {
    /// What sessions share that does not depend on ports.
    ///
    /// @param crypto the cryptography
    /// @param random the only source of randomness
    /// @param sharedKeys the pre-shared keys
    /// @param revealKeys whether keys are given out for a key log
    /// @param announcedIkeTcp the port that peers are told for raw IKE over TCP where it is not the one that we listen
    ///     on, as behind a NAT that forwards another (IT-030)
    /// @param crashSecret what tokens of quick crash detection are made from; empty to make none
    /// @param tickets gives tickets to resume by; empty to give none
    public record Common(
            CryptoProvider crypto,
            SecureRandom random,
            SharedKeys sharedKeys,
            boolean revealKeys,
            OptionalInt announcedIkeTcp,
            Optional<KeyMaterial> crashSecret,
            Optional<TicketOffice> tickets) {
        /// The same without tokens of quick crash detection and without tickets.
        public Common(
                CryptoProvider crypto,
                SecureRandom random,
                SharedKeys sharedKeys,
                boolean revealKeys,
                OptionalInt announcedIkeTcp) {
            this(
                    crypto,
                    random,
                    sharedKeys,
                    revealKeys,
                    announcedIkeTcp,
                    Optional.empty(),
                    Optional.empty());
        }

        /// Makes sessions for an endpoint with these ports.
        public IkeSessions at(BoundPorts ports) {
            OptionalInt announced =
                    ports.ikeTcp().isPresent() && announcedIkeTcp.isPresent()
                            ? announcedIkeTcp
                            : ports.ikeTcp();
            return new IkeSessions(
                    new SessionContext(
                            crypto,
                            random,
                            sharedKeys,
                            revealKeys,
                            announced,
                            ports.natTraversal(),
                            crashSecret,
                            tickets),
                    HalfOpenAdmission.Limits.DEFAULT);
        }
    }

    /// These sessions behind a door with other bounds.
    public IkeSessions behind(HalfOpenAdmission.Limits other) {
        return new IkeSessions(context, other);
    }

    @Override
    public Session initiator(ConnectionConfig connection) {
        return new Attempts(context, connection);
    }

    @Override
    public Session responder(IkeSpi ours, List<ConnectionConfig> candidates) {
        return IkeSession.responder(context, ours, candidates);
    }

    @Override
    public Admission admission() {
        return new HalfOpenAdmission(context, doorLimits);
    }
}
