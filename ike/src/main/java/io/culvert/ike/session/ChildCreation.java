package io.culvert.ike.session;

import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.exchange.CreateChild;
import io.culvert.ike.exchange.FollowupKe;
import io.culvert.ike.exchange.Nonces;
import io.culvert.ike.extension.ChildNegotiation;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes a Child SA: a further one, or one that replaces another.
///
/// If the peer replaces the same one at the same time there are two new ones. That with the lowest of the four nonces is
/// redundant and is deleted by its initiator; the initiator of the other deletes the old Child SA (IK-103).
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.8.1 RFC 7296 section 2.8.1
final class ChildCreation implements Undertaking {
    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final Duration ON_ITS_WAY = Duration.ofSeconds(30);
    private static final int MOST_DELETED = 16;

    /// The Child SA that the peer has made meanwhile in place of the same one, or is about to make.
    private record Rival(Optional<ChildSa> child, List<Octets> nonces) {}

    private final Peering peering;
    private final ChildConfig config;
    private final Optional<ChildSa> old;
    private Optional<CreateChild.Initiating> exchange = Optional.empty();
    private Optional<CreateChild.Begun> begun = Optional.empty();
    private Optional<FollowupKe.Initiating> followup = Optional.empty();
    private Optional<Spi> inbound = Optional.empty();
    private Optional<Rival> rival = Optional.empty();

    /// What the peer has deleted meanwhile and we do not know.
    private final List<Spi> deleted = new ArrayList<>(0);

    private ChildCreation(Peering peering, ChildConfig config, Optional<ChildSa> old) {
        this.peering = peering;
        this.config = config;
        this.old = old;
    }

    /// A further Child SA.
    static ChildCreation of(Peering peering, ChildConfig config) {
        return new ChildCreation(peering, config, Optional.empty());
    }

    /// A Child SA in place of another.
    static ChildCreation inPlaceOf(Peering peering, ChildSa old) {
        old.noRekeying();
        return new ChildCreation(peering, old.config(), Optional.of(old));
    }

    /// Whether it replaces this one.
    boolean replaces(ChildSa child) {
        return old.equals(Optional.of(child));
    }

    /// Whether it makes a further Child SA of this name.
    boolean adds(String name) {
        return old.isEmpty() && config.name().equals(name);
    }

    /// Whether it is between its key exchanges.
    boolean isFollowingUp() {
        return followup.isPresent();
    }

    @Override
    public ExchangeType exchange() {
        return isFollowingUp() ? ExchangeType.IKE_FOLLOWUP_KE : ExchangeType.CREATE_CHILD_SA;
    }

    @Override
    public boolean isReady() {
        return inbound.isPresent() || peering.children().hasSpi();
    }

    @Override
    public Optional<List<Payload>> request(MonoTime now) {
        boolean replacedOrGone =
                old.filter(child ->
                                child.isClosing()
                                        || child.successor().isPresent()
                                        || !peering.children().living().contains(child))
                        .isPresent();
        boolean thereMeanwhile =
                old.isEmpty()
                        && exchange.isEmpty()
                        && peering.children().named(config.name()).isPresent();
        if (replacedOrGone || thereMeanwhile) {
            abandoned();
            return Optional.empty();
        }
        if (followup.isPresent()) {
            return Optional.of(followup.get().buildRequest());
        }
        if (exchange.isEmpty()) {
            inbound = peering.takeSpi();
            peering.children().replenish();
            exchange = Optional.of(begin(inbound.orElseThrow()));
        }
        return Optional.of(exchange.get().buildRequest());
    }

    /// What is in use is never narrowed by a rekeying, so that is asked for (IK-120).
    private CreateChild.Initiating begin(Spi spi) {
        ChildNegotiation.Hosts hosts = peering.hosts();
        return new CreateChild.Initiating(
                peering.parent(),
                config,
                spi,
                old.map(child -> child.status().local())
                        .orElseGet(() -> ChildNegotiation.resolve(config.local(), hosts.local())),
                old.map(child -> child.status().remote())
                        .orElseGet(() -> ChildNegotiation.resolve(config.remote(), hosts.remote())),
                old.map(ChildSa::inbound));
    }

    /// The peer rekeys the same Child SA, and we have agreed.
    void rivaledBy(ChildSa child, List<Octets> nonces) {
        rival = Optional.of(new Rival(Optional.of(child), nonces));
    }

    /// The peer rekeys the same Child SA; additional key exchanges are still to come.
    void rivaledBy(List<Octets> nonces) {
        rival = Optional.of(new Rival(Optional.empty(), nonces));
    }

    /// The peer deletes a Child SA that we do not know: perhaps the one that the answer will tell us of.
    void deletedByPeer(Spi outbound) {
        if (deleted.size() < MOST_DELETED) {
            deleted.add(outbound);
        }
    }

    @Override
    public void answered(MonoTime now, List<Payload> response) {
        if (followup.isPresent()) {
            followedUp(now, followup.get().processResponse(response));
            return;
        }
        CreateChild.Initiating current = exchange.orElseThrow();
        switch (current.processResponse(response)) {
            case CreateChild.Verdict.TryAgain _ -> peering.agenda().again(now, this);
            case CreateChild.Verdict.Agreed(CreateChild.Made made) -> {
                current.close();
                agreed(now, made);
            }
            case CreateChild.Verdict.Continues(CreateChild.Begun first) -> {
                current.close();
                begun = Optional.of(first);
                followUp(now, first, response);
            }
            case CreateChild.Verdict.Refused(Notify error, SessionFailure failure) -> {
                abandoned();
                refused(now, error, failure);
            }
            case CreateChild.Verdict.Unusable(SessionFailure failure) -> {
                Spi unusable = inbound.orElseThrow();
                abandoned();
                peering.agenda().add(now, ChildDeletion.of(peering, unusable));
                failed(now, failure);
            }
            case CreateChild.Verdict.Broken(SessionFailure failure) -> broken(failure);
        }
    }

    /// Goes on with the additional key exchanges, unless the peer's rekeying has won: then only the peer does (E9-4).
    private void followUp(MonoTime now, CreateChild.Begun first, List<Payload> response) {
        if (isRedundant(first.nonces())) {
            abandoned();
            return;
        }
        Optional<Octets> link = FollowupKe.link(response);
        if (link.isEmpty()) {
            broken(misbehaved("has agreed on more key exchanges and gives no link to them"));
            return;
        }
        if (rival.filter(other -> other.child().isEmpty()).isPresent()) {
            rival = Optional.empty();
            old.ifPresent(peering.followups()::forget);
        }
        followup =
                Optional.of(
                        new FollowupKe.Initiating(
                                peering.context(), first.agreement().additional(), link.get()));
        peering.agenda().again(now, this);
    }

    private void followedUp(MonoTime now, FollowupKe.Verdict verdict) {
        switch (verdict) {
            case FollowupKe.Verdict.Next _ -> peering.agenda().again(now, this);
            case FollowupKe.Verdict.Complete(List<KeyMaterial> secrets) -> {
                peering.followups().completed();
                agreed(now, begun.orElseThrow().complete(secrets));
            }
            case FollowupKe.Verdict.Lost _ -> {
                abandoned();
                if (peering.followups().isLostTooOften()) {
                    broken(misbehaved("loses its key exchanges again and again"));
                } else {
                    retryLater(now);
                }
            }
            case FollowupKe.Verdict.Refused(Notify error, SessionFailure failure) -> {
                abandoned();
                refused(now, error, failure);
            }
            case FollowupKe.Verdict.Unusable(SessionFailure failure) -> broken(failure);
        }
    }

    private SessionFailure misbehaved(String what) {
        return new SessionFailure.PeerMisbehaved(
                "the peer " + what + ", for child " + config.name(), "look into the peer's log");
    }

    /// The peer holds keys that we do not have.
    private void broken(SessionFailure failure) {
        abandoned();
        peering.agenda()
                .endBecause("a key exchange for child " + config.name() + " failed", failure);
    }

    private boolean isRedundant(List<Octets> nonces) {
        return rival.filter(other -> Nonces.lowestIsAmong(nonces, other.nonces())).isPresent();
    }

    @Override
    public void abandoned() {
        exchange.ifPresent(CreateChild.Initiating::close);
        begun.ifPresent(first -> first.secret().close());
        followup.ifPresent(FollowupKe.Initiating::close);
        inbound.ifPresent(peering::giveBack);
        inbound = Optional.empty();
    }

    private void agreed(MonoTime now, CreateChild.Made made) {
        Optional<ChildSa> previous = old.filter(peering.children().living()::contains);
        if (deleted.contains(made.agreement().outbound())) {
            inbound.ifPresent(peering::giveBack);
            if (previous.isPresent()) {
                retryLater(now);
            }
            return;
        }
        ChildSa fresh = peering.install(now, made.agreement(), made.keys(), true, previous);
        if (isRedundant(made.nonces())) {
            rival.flatMap(Rival::child).ifPresent(fresh::replacedBy);
            peering.agenda()
                    .add(now, ChildDeletion.of(peering, fresh, "redundant after a rekeying"));
            return;
        }
        old.ifPresent(peering.followups()::forget);
        peering.children().sendBy(fresh);
        rival.flatMap(Rival::child).ifPresent(other -> other.replacedBy(fresh));
        previous.ifPresent(child -> {
            child.replacedBy(fresh);
            peering.agenda().add(now, ChildDeletion.of(peering, child, "rekeyed"));
        });
    }

    private void refused(MonoTime now, Notify error, SessionFailure failure) {
        boolean peerHasDoneIt = rival.isPresent();
        if (peerHasDoneIt) {
            return;
        }
        boolean notFound = error.is(NotifyType.CHILD_SA_NOT_FOUND) && old.isPresent();
        if (notFound && now.since(old.get().status().establishedAt()).compareTo(ON_ITS_WAY) < 0) {
            // our answer that tells the peer of it may not be there yet
            retryLater(now);
            return;
        }
        if (notFound) {
            // the peer has lost it: begin anew, unless it was deleted meanwhile or replaced
            // (IK-104)
            old.filter(peering.children().living()::contains)
                    .ifPresent(child -> {
                        peering.children().remove(child, "unknown to the peer");
                        peering.lifetimes().start(now, config.name());
                    });
            return;
        }
        if (error.is(NotifyType.TEMPORARY_FAILURE)) {
            retryLater(now);
            return;
        }
        failed(now, failure);
    }

    private void failed(MonoTime now, SessionFailure failure) {
        if (old.isEmpty()) {
            peering.outbox().publish(new IkeEvent.ChildSaFailed(config.name(), failure));
            return;
        }
        peering.outbox().publish(new IkeEvent.RekeyingFailed("child " + config.name(), failure));
        retryLater(now);
    }

    /// Not at once (IK-106), and not at the same moment as the peer.
    private void retryLater(MonoTime now) {
        MonoTime later = peering.lifetimes().soon(now, RETRY);
        if (old.isPresent()) {
            old.get().rekeyAt(later);
            peering.children().arm();
        } else {
            peering.lifetimes().startLater(config.name(), later);
        }
    }
}
