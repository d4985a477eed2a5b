package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Lifespan;
import io.culvert.ipsec.value.MonoTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// When SAs are rekeyed, authenticated anew, or end because their time is over.
///
/// Lifetimes are local and are not negotiated; they differ a little from SA to SA (IK-102).
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.8 RFC 7296 section 2.8
final class Lifetimes {
    private record Later(String child, MonoTime at) {}

    private static final long LEAST_SECONDS = 60;

    private final Peering peering;
    private final List<Later> starts = new ArrayList<>(0);
    private Optional<MonoTime> rekeyAt = Optional.empty();
    private Optional<MonoTime> reauthenticateAt = Optional.empty();

    Lifetimes(Peering peering) {
        this.peering = peering;
    }

    /// When the current IKE SA is to be rekeyed.
    Optional<MonoTime> rekeyAt() {
        return rekeyAt;
    }

    /// Both sides are authenticated: the time until that has to be done anew runs. The responder tells its own, as only
    /// the original initiator can begin (RFC 4478).
    void authenticated(MonoTime now) {
        Duration ours = connection().limits().reauthentication();
        if (!ours.isPositive()) {
            return;
        }
        if (peering.weStarted()) {
            authenticateWithin(now, ours);
        } else {
            peering.agenda().later(new LifetimeNotice(ours));
        }
    }

    /// The responder wants us to authenticate anew. However short a time it gives, that costs us no more than so much.
    void toldOf(MonoTime now, long seconds) {
        authenticateWithin(now, Duration.ofSeconds(Math.max(seconds, LEAST_SECONDS)));
    }

    private void authenticateWithin(MonoTime now, Duration time) {
        // a tenth earlier at most, so that many clients do not come at once
        int percent = 90 + peering.context().random().nextInt(11);
        MonoTime at = now.plus(time.multipliedBy(percent).dividedBy(100));
        boolean sooner = reauthenticateAt.filter(set -> set.isBefore(at)).isPresent();
        if (peering.weStarted() && !sooner) {
            reauthenticateAt = Optional.of(at);
            peering.timers().setAt(TimerTable.Kind.REAUTHENTICATION, at);
        }
    }

    /// A new IKE SA is in use.
    void begin(MonoTime now) {
        Lifespan lifespan = connection().limits().lifespan();
        rekeyAt = lifespan.rekeyAt(now, peering.context().random());
        arm();
        int window = connection().limits().window();
        if (window > 1) {
            peering.agenda().later(new WindowOffer(peering, window));
        }
        lifespan.expiresAt(now)
                .ifPresent(end -> peering.timers().setAt(TimerTable.Kind.IKE_EXPIRY, end));
    }

    /// The rekeying of the IKE SA did not come about.
    void rekeyAgain(MonoTime now, Duration after) {
        rekeyAt = Optional.of(soon(now, after));
        arm();
    }

    /// A time near `after` from now: neither at once nor at the same moment as the peer (IK-106).
    MonoTime soon(MonoTime now, Duration after) {
        int percent = 50 + peering.context().random().nextInt(101);
        return now.plus(after.multipliedBy(percent).dividedBy(100));
    }

    /// Tries later once more to set up a Child SA.
    void startLater(String child, MonoTime at) {
        starts.add(new Later(child, at));
        armStarts();
    }

    /// The IKE SA is old, or its message IDs run short.
    void rekeyIkeSa(MonoTime now) {
        rekeyAt = Optional.empty();
        arm();
        if (peering.agenda().all(IkeRekeying.class).findAny().isEmpty()) {
            peering.agenda().add(now, new IkeRekeying(peering));
        }
    }

    /// Child SAs are old, or over.
    void childrenDue(MonoTime now) {
        for (ChildSa child : peering.children().due(now)) {
            if (child.status().expiresAt().filter(now::hasReached).isPresent()) {
                peering.agenda().add(now, ChildDeletion.of(peering, child, "its lifetime is over"));
            } else {
                rekeyChild(now, child);
            }
        }
        peering.children().arm();
    }

    /// Rekeys a Child SA, unless that has begun.
    void rekeyChild(MonoTime now, ChildSa child) {
        boolean begun = peering.agenda().all(ChildCreation.class).anyMatch(c -> c.replaces(child));
        if (!begun && !child.isClosing() && child.successor().isEmpty()) {
            peering.agenda().add(now, ChildCreation.inPlaceOf(peering, child));
            peering.children().arm();
        }
    }

    /// Starts the Child SAs that had to wait.
    void startDue(MonoTime now) {
        for (Later later : List.copyOf(starts)) {
            if (now.hasReached(later.at)) {
                starts.remove(later);
                start(now, later.child);
            }
        }
        armStarts();
    }

    /// Sets up a configured Child SA, unless there is one or it is on its way.
    void start(MonoTime now, String child) {
        boolean there =
                peering.children().named(child).isPresent()
                        || peering.agenda().all(ChildCreation.class).anyMatch(c -> c.adds(child));
        if (!there) {
            connection().children().stream()
                    .filter(config -> config.name().equals(child))
                    .forEach(
                            config -> peering.agenda().add(now, ChildCreation.of(peering, config)));
        }
    }

    /// Authenticates anew, if it is us who can.
    void reauthenticate() {
        peering.ways()
                .endpoints()
                .ifPresent(endpoints ->
                        peering.outbox()
                                .add(
                                        new Action.Reauthenticate(
                                                connection(), endpoints, peering.virtualIps())));
    }

    private ConnectionConfig connection() {
        return peering.connection().orElseThrow();
    }

    private void arm() {
        rekeyAt.ifPresentOrElse(
                at -> peering.timers().setAt(TimerTable.Kind.IKE_REKEY, at),
                () -> peering.timers().clear(TimerTable.Kind.IKE_REKEY));
    }

    private void armStarts() {
        starts.stream()
                .map(Later::at)
                .min(MonoTime::compareTo)
                .ifPresentOrElse(
                        at -> peering.timers().setAt(TimerTable.Kind.CHILD_START, at),
                        () -> peering.timers().clear(TimerTable.Kind.CHILD_START));
    }
}
