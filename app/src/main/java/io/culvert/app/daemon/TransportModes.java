package io.culvert.app.daemon;

import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.runtime.embed.SessionEvent;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// How each session carries IKE. Raw TCP carries some messages, and UDP still others of the same IKE SA, so that the
/// latest message alone does not tell. Safe for use by many threads.
final class TransportModes {
    private final Map<Long, Mode> modes = new ConcurrentHashMap<>();

    /// The mode of a session.
    ///
    /// @param kind the transport; one over TCP as soon as one message went over TCP, until MOBIKE moves the IKE SA
    /// @param since since when
    record Mode(TransportKind kind, MonoTime since) {}

    /// Follows what happens in sessions.
    void happened(SessionEvent event) {
        if (event.event() instanceof IkeEvent.MessagePassed passed) {
            Mode mode = new Mode(passed.path().kind(), event.when());
            modes.merge(event.session(), mode, TransportModes::later);
        } else if (event.event() instanceof IkeEvent.PathChanged changed) {
            modes.put(event.session(), new Mode(changed.path().kind(), event.when()));
        } else if (event.event() instanceof IkeEvent.IkeSaClosed) {
            modes.remove(event.session());
        }
    }

    private static Mode later(Mode old, Mode next) {
        boolean same = next.kind() == old.kind();
        return same || next.kind() == TransportKind.UDP ? old : next;
    }

    /// The modes of all sessions, by their numbers.
    Map<Long, Mode> all() {
        return Map.copyOf(modes);
    }
}
