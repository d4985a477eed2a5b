package io.culvert.ike.session;

import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Our own exchanges in established IKE SAs: those that wait for their turn, and those under way.
///
/// In one IKE SA they start in the order in which they were added, as the peer's window lets them.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.25 RFC 7296 section 2.25
final class Agenda {
    /// Why the session has to end.
    ///
    /// @param cause for people
    record Ending(String cause, SessionFailure failure) {}

    private final Peering peering;
    private final List<Undertaking> waiting = new ArrayList<>(0);
    private final List<Undertaking> underWay = new ArrayList<>(0);
    private Optional<Ending> ending = Optional.empty();

    Agenda(Peering peering) {
        this.peering = peering;
    }

    /// Adds an undertaking and starts it if it may start.
    void add(MonoTime now, Undertaking undertaking) {
        waiting.add(undertaking);
        proceed(now);
    }

    /// Adds an undertaking that waits for [#proceed]: the peer has to learn something else first.
    void later(Undertaking undertaking) {
        waiting.add(undertaking);
    }

    /// Adds an undertaking that goes before all others: it was begun already.
    void again(MonoTime now, Undertaking undertaking) {
        waiting.addFirst(undertaking);
        proceed(now);
    }

    boolean isIdle() {
        return waiting.isEmpty() && underWay.isEmpty();
    }

    /// Undertakings of a kind whose request was sent.
    <U extends Undertaking> Stream<U> underWay(Class<U> kind) {
        return underWay.stream().filter(kind::isInstance).map(kind::cast);
    }

    /// Undertakings of a kind, whether waiting or under way.
    <U extends Undertaking> Stream<U> all(Class<U> kind) {
        return Stream.concat(underWay.stream(), waiting.stream())
                .filter(kind::isInstance)
                .map(kind::cast);
    }

    /// Starts what may start.
    void proceed(MonoTime now) {
        Set<IkeSa> held = new HashSet<>(2);
        for (Undertaking next : List.copyOf(waiting)) {
            if (peering.isOver() || ending.isPresent()) {
                return;
            }
            IkeSa sa = next.sa().orElse(peering.theSa());
            if (!waiting.contains(next) || held.contains(sa)) {
                continue;
            }
            if (!mayStart(next, sa)) {
                held.add(sa);
                continue;
            }
            waiting.remove(next);
            Optional<List<Payload>> request = next.request(now);
            if (request.isPresent()) {
                underWay.add(next);
                peering.request(now, sa, next.exchange(), request.get(), Optional.of(next));
            }
        }
    }

    private boolean mayStart(Undertaking next, IkeSa sa) {
        List<Transmission> outstanding = peering.courier().outstandingIn(sa);
        boolean alone = outstanding.isEmpty();
        boolean besideExclusive =
                outstanding.stream()
                        .flatMap(t -> t.undertaking().stream())
                        .anyMatch(Undertaking::isExclusive);
        return next.isReady()
                && outstanding.size() < sa.peerWindow()
                && !besideExclusive
                && (alone || !next.isExclusive());
    }

    /// The answer to one of our requests is there.
    void answered(MonoTime now, Transmission request, List<Payload> response) {
        if (request.undertaking().isPresent()) {
            Undertaking done = request.undertaking().get();
            underWay.remove(done);
            done.answered(now, response);
        }
        proceed(now);
    }

    /// An undertaking has its answer, and goes on by itself.
    void settled(Undertaking done) {
        underWay.remove(done);
    }

    /// An IKE SA is gone, and with it what was under way in it.
    void forget(IkeSa sa) {
        for (Transmission lost : peering.courier().outstandingIn(sa)) {
            peering.courier().forget(lost);
            lost.undertaking()
                    .ifPresent(undertaking -> {
                        underWay.remove(undertaking);
                        undertaking.abandoned();
                    });
        }
        for (Undertaking undertaking : List.copyOf(waiting)) {
            if (undertaking.sa().equals(Optional.of(sa))) {
                waiting.remove(undertaking);
                undertaking.abandoned();
            }
        }
    }

    /// The session ends.
    void forgetAll() {
        List<Undertaking> all = new ArrayList<>(underWay);
        all.addAll(waiting);
        underWay.clear();
        waiting.clear();
        all.forEach(Undertaking::abandoned);
    }

    /// The session has to end, telling the peer.
    void endBecause(String cause, SessionFailure failure) {
        ending = ending.or(() -> Optional.of(new Ending(cause, failure)));
    }

    /// Whether the session has to end.
    Optional<Ending> ending() {
        return ending;
    }
}
