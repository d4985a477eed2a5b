package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Lifespan;
import io.culvert.ike.api.RevealedKeys;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.extension.ChildNegotiation.Agreement;
import io.culvert.ike.keys.ChildKeys;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Spi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The Child SAs of a session, and the SPIs for further ones.
///
/// A Child SA that was replaced and deleted goes on receiving for a while ("fades"): packets that were under way when both
/// agreed are not lost (IK-101).
final class ChildSas {
    /// Our choice: longer than packets are under way or in a peer's queues.
    private static final Duration FADING = Duration.ofSeconds(5);

    /// Our choice: enough for all Child SAs of a usual peer at once, and no use to one that rekeys without end.
    private static final int MOST_FADING = 32;

    private record Fading(ChildSa child, MonoTime until) {}

    private final SessionContext context;
    private final Outbox outbox;
    private final TimerTable timers;
    private final List<ChildSa> living = new ArrayList<>(1);
    private final List<Fading> fading = new ArrayList<>(0);
    private final List<Spi> reserve = new ArrayList<>(1);
    private final List<Spi> taken = new ArrayList<>(1);

    ChildSas(SessionContext context, Outbox outbox, TimerTable timers) {
        this.context = context;
        this.outbox = outbox;
        this.timers = timers;
    }

    /// Those that both sides hold.
    List<ChildSaId> ids() {
        return living.stream().map(ChildSa::id).toList();
    }

    List<ChildSa> living() {
        return living;
    }

    Optional<ChildSa> withId(ChildSaId id) {
        return living.stream().filter(child -> child.id().equals(id)).findFirst();
    }

    Optional<ChildSa> withOutbound(Spi spi) {
        return living.stream().filter(child -> child.outbound().equals(spi)).findFirst();
    }

    /// The one of this name that is not about to go.
    Optional<ChildSa> named(String name) {
        return living.stream()
                .filter(child -> child.name().equals(name))
                .filter(child -> !child.isClosing() && child.successor().isEmpty())
                .findFirst();
    }

    void reserved(List<Spi> spis) {
        reserve.addAll(spis);
    }

    /// Whether there is an SPI for a further Child SA.
    boolean hasSpi() {
        return !reserve.isEmpty();
    }

    /// An inbound ESP SPI from the reserve. It is the session's until a Child SA is installed with it.
    Optional<Spi> takeSpi() {
        if (reserve.isEmpty()) {
            return Optional.empty();
        }
        taken.add(reserve.removeFirst());
        return Optional.of(taken.getLast());
    }

    /// Sees to it that there is an SPI for the next Child SA.
    void replenish() {
        if (reserve.isEmpty()) {
            outbox.add(new Action.ReserveSpis(1));
        }
    }

    void giveBack(Spi spi) {
        if (taken.remove(spi)) {
            outbox.add(new Action.ReleaseSpis(List.of(spi)));
        }
    }

    /// Installs a Child SA.
    ///
    /// @param connection the configured connection, for people
    /// @param exchangeInitiator whether we sent the request that made it
    /// @param previous the one that it replaces
    /// @param path where IKE goes, for the key log
    ChildSa install(
            MonoTime now,
            String connection,
            Agreement agreement,
            ChildKeys keys,
            boolean exchangeInitiator,
            EspRoute route,
            Optional<ChildSa> previous,
            Optional<TransportPath> path) {
        ChildSaSpec spec = spec(connection, agreement, keys, exchangeInitiator, route);
        Lifespan lifespan = agreement.config().lifespan();
        var status =
                ChildSa.status(
                        agreement.config().name(),
                        spec,
                        now,
                        lifespan.rekeyAt(now, context.random()),
                        lifespan.expiresAt(now));
        ChildSa child = new ChildSa(agreement.config(), status);
        living.add(child);
        taken.remove(agreement.inbound());
        outbox.add(
                previous.<Action>map(old -> new Action.ReplaceChildSa(spec, old.id()))
                        .orElseGet(() -> new Action.InstallChildSa(spec, exchangeInitiator)));
        if (context.revealKeys()) {
            path.ifPresent(p ->
                    outbox.add(
                            new Action.RevealKeys(
                                    new RevealedKeys.OfChildSa(
                                            p.local().getAddress(),
                                            p.remote().getAddress(),
                                            spec))));
        }
        outbox.publish(
                previous.<IkeEvent>map(old -> new IkeEvent.ChildSaRekeyed(status, old.id()))
                        .orElseGet(() -> new IkeEvent.ChildSaEstablished(status)));
        arm();
        return child;
    }

    private static ChildSaSpec spec(
            String connection,
            Agreement agreement,
            ChildKeys keys,
            boolean exchangeInitiator,
            EspRoute route) {
        return new ChildSaSpec(
                new ChildSaId(Integer.toUnsignedLong(agreement.inbound().value())),
                connection + "/" + agreement.config().name(),
                agreement.transform(),
                agreement.mode(),
                agreement.inbound(),
                exchangeInitiator ? keys.responderToInitiator() : keys.initiatorToResponder(),
                agreement.outbound(),
                exchangeInitiator ? keys.initiatorToResponder() : keys.responderToInitiator(),
                agreement.local(),
                agreement.remote(),
                route,
                agreement.config().replayWindow(),
                agreement.config().lifetime(),
                agreement.peerView());
    }

    /// Lets a Child SA send in place of the one that it replaces.
    void sendBy(ChildSa next) {
        outbox.add(new Action.SwitchOutbound(next.id()));
    }

    /// Sends the ESP of all Child SAs to where it goes now.
    void route(EspRoute route) {
        List<ChildSaId> moved = new ArrayList<>();
        for (ChildSa child : living) {
            if (!child.route().equals(route)) {
                child.route(route);
                moved.add(child.id());
            }
        }
        if (!moved.isEmpty()) {
            outbox.add(new Action.RouteEsp(moved, route));
        }
    }

    /// Ends a Child SA at once.
    void remove(ChildSa child, String cause) {
        living.remove(child);
        outbox.add(new Action.RemoveChildSa(child.id()));
        outbox.publish(new IkeEvent.ChildSaClosed(child.status(), cause));
        arm();
    }

    /// Ends a Child SA that both sides have deleted. If another has taken its place it receives for a while yet.
    void end(MonoTime now, ChildSa child, String cause) {
        Optional<ChildSa> successor = child.successor().filter(living::contains);
        if (successor.isEmpty()) {
            remove(child, cause);
            return;
        }
        living.remove(child);
        if (fading.size() >= MOST_FADING) {
            outbox.add(new Action.RemoveChildSa(fading.removeFirst().child.id()));
        }
        fading.add(new Fading(child, now.plus(FADING)));
        outbox.publish(new IkeEvent.ChildSaClosed(child.status(), cause));
        arm();
    }

    /// Removes what has faded.
    void sweep(MonoTime now) {
        for (Fading old : List.copyOf(fading)) {
            if (now.hasReached(old.until)) {
                fading.remove(old);
                outbox.add(new Action.RemoveChildSa(old.child.id()));
            }
        }
    }

    /// When the next one has faded.
    Optional<MonoTime> fadedAt() {
        return fading.stream().map(Fading::until).min(MonoTime::compareTo);
    }

    /// Those that are due for rekeying or for their end.
    List<ChildSa> due(MonoTime now) {
        return living.stream()
                .filter(child -> !child.isClosing())
                .filter(child -> child.deadline().filter(now::hasReached).isPresent())
                .toList();
    }

    /// Sets the timer to the first Child SA that is due.
    void arm() {
        Optional<MonoTime> first =
                living.stream()
                        .filter(child -> !child.isClosing())
                        .flatMap(child -> child.deadline().stream())
                        .min(MonoTime::compareTo);
        first.ifPresentOrElse(
                deadline -> timers.setAt(TimerTable.Kind.CHILD_LIFETIME, deadline),
                () -> timers.clear(TimerTable.Kind.CHILD_LIFETIME));
    }

    /// The session ends.
    void closeAll(String cause) {
        List.copyOf(living).forEach(child -> remove(child, cause));
        fading.forEach(old -> outbox.add(new Action.RemoveChildSa(old.child.id())));
        fading.clear();
        taken.addAll(reserve);
        reserve.clear();
        if (!taken.isEmpty()) {
            outbox.add(new Action.ReleaseSpis(List.copyOf(taken)));
            taken.clear();
        }
    }
}
