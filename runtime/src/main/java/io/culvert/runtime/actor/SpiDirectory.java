package io.culvert.runtime.actor;

import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Finds the session that a message belongs to by the SPI that we chose. Safe for use by many threads, without locks.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.6 RFC 7296 section 2.6
final class SpiDirectory {
    private static final int RESPONDER_SPI_OFFSET = 8;
    private static final int FLAGS_OFFSET = 19;
    private static final int INITIATOR_FLAG = 0x08;

    private final ConcurrentHashMap<IkeSpi, SessionActor> sessions = new ConcurrentHashMap<>();

    /// Our SPI in a message that came: the sender says by the I flag whether it is the original initiator.
    ///
    /// @param message at least a header
    static IkeSpi ours(Octets message) {
        boolean fromInitiator = (message.u8(FLAGS_OFFSET) & INITIATOR_FLAG) != 0;
        return new IkeSpi(message.u64(fromInitiator ? RESPONDER_SPI_OFFSET : 0));
    }

    Optional<SessionActor> find(IkeSpi ours) {
        return Optional.ofNullable(sessions.get(ours));
    }

    /// Says whose an SPI is.
    ///
    /// @throws IllegalStateException if it is another session's
    void bind(IkeSpi ours, SessionActor session) {
        SessionActor other = sessions.putIfAbsent(ours, session);
        if (other != null && other != session) {
            throw new IllegalStateException("IKE SPI " + ours + " belongs to another session");
        }
    }

    void unbind(IkeSpi ours, SessionActor session) {
        sessions.remove(ours, session);
    }

    int size() {
        return sessions.size();
    }
}
