package io.culvert.app.bench;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Admission;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Session;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.runtime.actor.SessionFactory;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/// Sessions that note how long they work. Safe for use by many threads.
///
/// @param sessions makes them
/// @param nanos the time that those of a responder took in all, by the clock on the wall
record TimedSessions(SessionFactory sessions, LongAdder nanos) implements SessionFactory {
    @Override
    public Session initiator(ConnectionConfig connection) {
        return sessions.initiator(connection);
    }

    @Override
    public Session responder(IkeSpi ours, List<ConnectionConfig> candidates) {
        return new Timed(sessions.responder(ours, candidates), nanos);
    }

    @Override
    public Admission admission() {
        return sessions.admission();
    }

    private record Timed(Session session, LongAdder nanos) implements Session {
        @Override
        public List<Action> handle(MonoTime now, Input input) {
            long start = System.nanoTime();
            List<Action> actions = session.handle(now, input);
            nanos.add(System.nanoTime() - start);
            return actions;
        }

        @Override
        public Optional<MonoTime> nextDeadline() {
            return session.nextDeadline();
        }

        @Override
        public SessionStatus status() {
            return session.status();
        }

        @Override
        public boolean isOver() {
            return session.isOver();
        }
    }
}
