package io.culvert.ike.session;

import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.exchange.FollowupKe;
import io.culvert.ike.exchange.Nonces;
import io.culvert.ike.exchange.RekeyIke;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Replaces the IKE SA by a new one, which inherits all Child SAs.
///
/// If the peer does the same at the same time there are two new ones. That with the lowest of the four nonces is
/// redundant and is deleted by its initiator; the initiator of the other deletes the old IKE SA (IK-105).
///
///     we ── CREATE_CHILD_SA{SA Ni KEi} ──╲ ╱── CREATE_CHILD_SA{SA Ni' KEi'} ── peer
///                                         ╳
///     we ◄─ CREATE_CHILD_SA{SA Nr KEr} ──╱ ╲── CREATE_CHILD_SA{SA Nr' KEr'} ─► peer
///     the lowest of Ni, Nr, Ni', Nr' is ours: we delete what we made, the peer deletes the old one
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.8.2 RFC 7296 section 2.8.2
final class IkeRekeying implements Undertaking {
    private static final Duration RETRY = Duration.ofSeconds(10);

    /// The IKE SA that the peer has made meanwhile, or is about to make.
    private record Rival(Optional<IkeSa> sa, List<Octets> nonces) {}

    private final Peering peering;
    private Optional<RekeyIke.Initiating> exchange = Optional.empty();
    private Optional<RekeyIke.Begun> begun = Optional.empty();
    private Optional<FollowupKe.Initiating> followup = Optional.empty();
    private Optional<Rival> rival = Optional.empty();
    private IkeSpi ours = IkeSpi.ZERO;

    IkeRekeying(Peering peering) {
        this.peering = peering;
    }

    @Override
    public ExchangeType exchange() {
        return followup.isPresent() ? ExchangeType.IKE_FOLLOWUP_KE : ExchangeType.CREATE_CHILD_SA;
    }

    @Override
    public boolean isExclusive() {
        return true;
    }

    @Override
    public Optional<List<Payload>> request(MonoTime now) {
        if (followup.isPresent()) {
            return Optional.of(followup.get().buildRequest());
        }
        if (exchange.isEmpty()) {
            ours = Peering.freshSpi(peering.context());
            peering.sas().bindAlso(ours);
            exchange =
                    Optional.of(
                            new RekeyIke.Initiating(
                                    peering.parent(),
                                    peering.connection().orElseThrow().proposals(),
                                    ours));
        }
        return Optional.of(exchange.get().buildRequest());
    }

    /// The peer rekeys the same IKE SA, and we have agreed.
    void rivaledBy(IkeSa sa, List<Octets> nonces) {
        rival = Optional.of(new Rival(Optional.of(sa), nonces));
    }

    /// The peer rekeys the same IKE SA; additional key exchanges are still to come.
    void rivaledBy(List<Octets> nonces) {
        rival = Optional.of(new Rival(Optional.empty(), nonces));
    }

    /// The new IKE SA that the peer has made while ours is not there yet.
    Optional<IkeSa> rival() {
        return rival.flatMap(Rival::sa);
    }

    /// Whether a further rekeying of the peer is one too many.
    boolean isRivaledOrFollowingUp() {
        return rival.isPresent() || followup.isPresent();
    }

    @Override
    public void answered(MonoTime now, List<Payload> response) {
        if (followup.isPresent()) {
            followedUp(now, followup.get().processResponse(response), response);
            return;
        }
        switch (exchange.orElseThrow().processResponse(response)) {
            case RekeyIke.Verdict.TryAgain _ -> peering.agenda().again(now, this);
            case RekeyIke.Verdict.Agreed(RekeyIke.Made made) -> {
                exchange.get().close();
                agreed(now, made, response);
            }
            case RekeyIke.Verdict.Continues(RekeyIke.Begun first) -> {
                exchange.get().close();
                begun = Optional.of(first);
                followUp(now, first, response);
            }
            case RekeyIke.Verdict.Refused(Notify error, SessionFailure failure) -> {
                abandoned();
                refused(now, error, failure);
            }
            case RekeyIke.Verdict.Unusable(SessionFailure failure) -> unusable(failure);
        }
    }

    /// Goes on with the additional key exchanges, unless the peer's rekeying has won: then only the peer does (E9-4).
    private void followUp(MonoTime now, RekeyIke.Begun first, List<Payload> response) {
        if (isRedundant(first.nonces())) {
            abandoned();
            rival().ifPresent(theirs -> peering.promote(now, theirs));
            return;
        }
        Optional<Octets> link = FollowupKe.link(response);
        if (link.isEmpty()) {
            unusable(
                    new SessionFailure.PeerMisbehaved(
                            "the peer's answer to the rekeying of the IKE SA has no link",
                            "look into the peer's log"));
            return;
        }
        if (rival().isEmpty()) {
            rival = Optional.empty();
            peering.followups().forgetIkeSa();
        }
        followup =
                Optional.of(
                        new FollowupKe.Initiating(
                                peering.context(), first.suite().additionalMethods(), link.get()));
        peering.agenda().again(now, this);
    }

    private void followedUp(MonoTime now, FollowupKe.Verdict verdict, List<Payload> response) {
        switch (verdict) {
            case FollowupKe.Verdict.Next _ -> peering.agenda().again(now, this);
            case FollowupKe.Verdict.Complete(List<KeyMaterial> secrets) -> {
                peering.followups().completed();
                agreed(now, begun.orElseThrow().complete(secrets), response);
            }
            case FollowupKe.Verdict.Lost _ -> {
                abandoned();
                if (peering.followups().isLostTooOften()) {
                    unusable(
                            new SessionFailure.PeerMisbehaved(
                                    "the peer loses the rekeying of the IKE SA again and again",
                                    "look into the peer's log"));
                } else {
                    peering.lifetimes().rekeyAgain(now, RETRY);
                }
            }
            case FollowupKe.Verdict.Refused(Notify error, SessionFailure failure) -> {
                abandoned();
                refused(now, error, failure);
            }
            case FollowupKe.Verdict.Unusable(SessionFailure failure) -> unusable(failure);
        }
    }

    private void unusable(SessionFailure failure) {
        abandoned();
        peering.agenda().endBecause("rekeying of the IKE SA failed", failure);
    }

    /// The answer is there, but the session is about to end: what the peer has made becomes the current IKE SA, so that
    /// the end is told in it. Nothing else is begun.
    void answeredAtTheEnd(MonoTime now, List<Payload> response) {
        Optional<RekeyIke.Made> made = followup.isPresent() ? completed(response) : made(response);
        if (made.isPresent()) {
            IkeSa fresh = peering.sas().born(true, made.get());
            boolean redundant = isRedundant(made.get().nonces());
            peering.promote(now, rival().filter(_ -> redundant).orElse(fresh));
            exchange.orElseThrow().close();
        } else {
            abandoned();
            rival().ifPresent(theirs -> peering.promote(now, theirs));
        }
    }

    private Optional<RekeyIke.Made> made(List<Payload> response) {
        return exchange.orElseThrow().processResponse(response)
                        instanceof RekeyIke.Verdict.Agreed(var made)
                ? Optional.of(made)
                : Optional.empty();
    }

    private Optional<RekeyIke.Made> completed(List<Payload> response) {
        return followup.orElseThrow().processResponse(response)
                        instanceof FollowupKe.Verdict.Complete(var secrets)
                ? Optional.of(begun.orElseThrow().complete(secrets))
                : Optional.empty();
    }

    private boolean isRedundant(List<Octets> nonces) {
        return rival.filter(other -> Nonces.lowestIsAmong(nonces, other.nonces())).isPresent();
    }

    @Override
    public void abandoned() {
        exchange.ifPresent(RekeyIke.Initiating::close);
        begun.ifPresent(first -> first.secret().close());
        followup.ifPresent(FollowupKe.Initiating::close);
        peering.sas().unbind(ours);
    }

    private void agreed(MonoTime now, RekeyIke.Made made, List<Payload> response) {
        IkeSa old = peering.theSa();
        IkeSa fresh = peering.sas().born(true, made);
        CrashTokens.keep(fresh, response);
        if (isRedundant(made.nonces())) {
            rival().ifPresent(theirs -> peering.promote(now, theirs));
            peering.retirement().keep(now, fresh);
            peering.agenda().add(now, new IkeDeletion(peering, fresh));
        } else {
            peering.followups().forgetIkeSa();
            peering.promote(now, fresh);
            rival().ifPresent(theirs -> peering.retirement().keep(now, theirs));
            if (CrashTokens.ours(peering, fresh).isPresent()) {
                peering.agenda().add(now, new CrashTokens.Telling(peering, fresh));
            }
            peering.agenda().add(now, new IkeDeletion(peering, old));
        }
    }

    private void refused(MonoTime now, Notify error, SessionFailure failure) {
        if (rival.isPresent()) {
            // the peer has finished its own rekeying, and will delete the old IKE SA, or is about
            // to
            rival().ifPresent(theirs -> peering.promote(now, theirs));
            return;
        }
        peering.lifetimes().rekeyAgain(now, RETRY);
        if (!error.is(NotifyType.TEMPORARY_FAILURE)) {
            peering.outbox().publish(new IkeEvent.RekeyingFailed("IKE SA", failure));
        }
    }
}
