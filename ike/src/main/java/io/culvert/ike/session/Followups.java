package io.culvert.ike.session;

import io.culvert.ike.exchange.FollowupKe;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.MonoTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The series of additional key exchanges that the peer has begun with CREATE_CHILD_SA and not finished, and how often
/// the peer has lost one of ours.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9370#section-2.2.4 RFC 9370 section 2.2.4
final class Followups {
    /// Our choice: as long as an initiator repeats a request.
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final int MOST = 4;
    private static final int MOST_LOST = 2;

    /// What a series leads to.
    interface Goal {
        /// The Child SA that is to be replaced; none for the IKE SA, or for a further Child SA.
        Optional<ChildSa> replacedChild();

        /// Whether the IKE SA is to be replaced.
        boolean replacesIkeSa();

        /// The series is complete.
        void reached(MonoTime now, List<KeyMaterial> secrets);

        /// It will not be.
        void missed();
    }

    private record Series(IkeSa sa, FollowupKe.Responding exchange, Goal goal, MonoTime until) {
        void abandon() {
            exchange.close();
            goal.missed();
        }
    }

    private final Peering peering;
    private final List<Series> open = new ArrayList<>(0);
    private int lost;

    Followups(Peering peering) {
        this.peering = peering;
    }

    /// Waits for a series.
    ///
    /// @param sa the IKE SA of CREATE_CHILD_SA
    /// @param response the payloads to answer CREATE_CHILD_SA with
    /// @return the same, with the link
    List<Payload> begin(
            MonoTime now,
            IkeSa sa,
            List<KeyExchangeMethod> methods,
            List<Payload> response,
            Goal goal) {
        if (open.size() >= MOST) {
            open.removeFirst().abandon();
        }
        var exchange = new FollowupKe.Responding(peering.context(), methods);
        open.add(new Series(sa, exchange, goal, now.plus(PATIENCE)));
        List<Payload> all = new ArrayList<>(response);
        all.add(exchange.firstLink());
        return all;
    }

    /// Answers a request of a series; one that is not known, or was finished, is not found (E9-4).
    List<Payload> answer(MonoTime now, IkeSa sa, List<Payload> request) {
        sweep(now);
        Optional<Series> series =
                open.stream().filter(s -> s.sa == sa && s.exchange.isMeant(request)).findFirst();
        if (series.isEmpty()) {
            return FollowupKe.notFound();
        }
        FollowupKe.Reply reply = series.get().exchange.processRequest(request);
        switch (reply) {
            case FollowupKe.Reply.Next _ -> {}
            case FollowupKe.Reply.Complete(var _, List<KeyMaterial> secrets) -> {
                open.remove(series.get());
                series.get().goal.reached(now, secrets);
            }
            case FollowupKe.Reply.Refused _ -> {
                open.remove(series.get());
                series.get().abandon();
            }
        }
        return reply.payloads();
    }

    /// Whether the peer is about to replace this Child SA.
    boolean replaces(ChildSa child) {
        return open.stream().anyMatch(s -> s.goal.replacedChild().equals(Optional.of(child)));
    }

    /// Whether the peer is about to replace the IKE SA.
    boolean replacesIkeSa() {
        return open.stream().anyMatch(s -> s.goal.replacesIkeSa());
    }

    /// Whether the peer is about to make or replace a Child SA.
    boolean concernsChild() {
        return open.stream().anyMatch(s -> !s.goal.replacesIkeSa());
    }

    /// The peer does not go on with the replacement of this Child SA: ours has won.
    void forget(ChildSa child) {
        forgetAll(
                open.stream()
                        .filter(s -> s.goal.replacedChild().equals(Optional.of(child)))
                        .toList());
    }

    /// The peer does not go on with the replacement of the IKE SA: ours has won.
    void forgetIkeSa() {
        forgetAll(open.stream().filter(s -> s.goal.replacesIkeSa()).toList());
    }

    /// The session ends.
    void forgetAll() {
        forgetAll(List.copyOf(open));
    }

    private void forgetAll(List<Series> some) {
        open.removeAll(some);
        some.forEach(Series::abandon);
    }

    /// Forgets series that the peer has not gone on with for long.
    void sweep(MonoTime now) {
        forgetAll(open.stream().filter(s -> now.hasReached(s.until)).toList());
    }

    /// One of our own series is complete.
    void completed() {
        lost = 0;
    }

    /// The peer has lost one of our own series; gives whether that has happened too often (E9-4).
    boolean isLostTooOften() {
        return ++lost >= MOST_LOST;
    }
}
