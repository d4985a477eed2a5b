package io.culvert.ike.session;

import io.culvert.ipsec.value.MonoTime;
import java.util.List;
import java.util.stream.Stream;

/// What becomes of SAs that others have replaced: they are kept for a while, for packets that are under way and for
/// answers that are asked for once more, and then forgotten.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.8 RFC 7296 section 2.8
final class Retirement {
    /// Our choice: rekeyings follow one another much more slowly than answers are asked for again.
    private static final int MOST_CLOSED = 8;

    /// Our choice: a peer deletes what it has replaced; one that does not will not fill our memory.
    private static final int MOST_NOT_CLOSED = 8;

    private final Peering peering;

    Retirement(Peering peering) {
        this.peering = peering;
    }

    /// Keeps an IKE SA that is not the current one for as long as a request may be repeated.
    void keep(MonoTime now, IkeSa old) {
        old.keepUntil(now.plus(peering.courier().schedule().patience()));
        arm();
    }

    /// An IKE SA that is not the current one was deleted; an answer about it may yet be asked for again.
    void closed(MonoTime now, IkeSa old) {
        peering.agenda().forget(old);
        old.markClosed();
        keep(now, old);
        List<IkeSa> closed = peering.sas().others().stream().filter(IkeSa::isClosed).toList();
        if (closed.size() > MOST_CLOSED) {
            discard(closed.getFirst());
        }
    }

    /// Whether the peer may replace the IKE SA by another one, although it has not deleted all that it replaced before.
    boolean hasRoom() {
        return peering.sas().others().stream().filter(sa -> !sa.isClosed()).count()
                < MOST_NOT_CLOSED;
    }

    /// Forgets an IKE SA that is not the current one.
    void discard(IkeSa old) {
        peering.agenda().forget(old);
        peering.sas().discard(old);
        arm();
    }

    /// Ends a Child SA that both sides have deleted.
    void ended(MonoTime now, ChildSa child, String cause) {
        peering.children().end(now, child, cause);
        arm();
    }

    /// Forgets what has been kept long enough. An IKE SA that the peer should have deleted is deleted by us.
    void sweep(MonoTime now) {
        peering.children().sweep(now);
        for (IkeSa old : List.copyOf(peering.sas().others())) {
            if (old.keptUntil().filter(now::hasReached).isPresent()) {
                if (old.isClosed() || !peering.courier().outstandingIn(old).isEmpty()) {
                    discard(old);
                } else {
                    keep(now, old);
                    peering.agenda().add(now, new IkeDeletion(peering, old));
                }
            }
        }
        arm();
    }

    private void arm() {
        Stream.concat(peering.sas().fadedAt().stream(), peering.children().fadedAt().stream())
                .min(MonoTime::compareTo)
                .ifPresentOrElse(
                        deadline -> peering.timers().setAt(TimerTable.Kind.FADING, deadline),
                        () -> peering.timers().clear(TimerTable.Kind.FADING));
    }
}
