package io.culvert.ike.session;

import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.exchange.Nonces;
import io.culvert.ike.exchange.RekeyIke;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.IkeSpi;
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

    /// The IKE SA that the peer has made meanwhile.
    private record Rival(IkeSa sa, List<Octets> nonces) {}

    private final Peering peering;
    private Optional<RekeyIke.Initiating> exchange = Optional.empty();
    private Optional<Rival> rival = Optional.empty();
    private IkeSpi ours = IkeSpi.ZERO;

    IkeRekeying(Peering peering) {
        this.peering = peering;
    }

    @Override
    public ExchangeType exchange() {
        return ExchangeType.CREATE_CHILD_SA;
    }

    @Override
    public boolean isExclusive() {
        return true;
    }

    @Override
    public Optional<List<Payload>> request(MonoTime now) {
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
        rival = Optional.of(new Rival(sa, nonces));
    }

    /// The new IKE SA that the peer has made while ours is not there yet.
    Optional<IkeSa> rival() {
        return rival.map(Rival::sa);
    }

    @Override
    public void answered(MonoTime now, List<Payload> response) {
        switch (exchange.orElseThrow().processResponse(response)) {
            case RekeyIke.Verdict.TryAgain _ -> peering.agenda().again(now, this);
            case RekeyIke.Verdict.Agreed(RekeyIke.Made made) -> {
                exchange.get().close();
                agreed(now, made);
            }
            case RekeyIke.Verdict.Refused(Notify error, SessionFailure failure) -> {
                abandoned();
                refused(now, error, failure);
            }
            case RekeyIke.Verdict.Unusable(SessionFailure failure) -> {
                abandoned();
                peering.agenda().endBecause("rekeying of the IKE SA failed", failure);
            }
        }
    }

    /// The answer is there, but the session is about to end: what the peer has made becomes the current IKE SA, so that
    /// the end is told in it. Nothing else is begun.
    void answeredAtTheEnd(MonoTime now, List<Payload> response) {
        RekeyIke.Initiating begun = exchange.orElseThrow();
        if (begun.processResponse(response) instanceof RekeyIke.Verdict.Agreed(var made)) {
            IkeSa fresh = peering.sas().born(true, made);
            peering.promote(now, isRedundant(made) ? rival.orElseThrow().sa() : fresh);
            begun.close();
        } else {
            abandoned();
            rival.ifPresent(other -> peering.promote(now, other.sa()));
        }
    }

    private boolean isRedundant(RekeyIke.Made made) {
        return rival.filter(other -> Nonces.lowestIsAmong(made.nonces(), other.nonces()))
                .isPresent();
    }

    @Override
    public void abandoned() {
        exchange.ifPresent(RekeyIke.Initiating::close);
        peering.sas().unbind(ours);
    }

    private void agreed(MonoTime now, RekeyIke.Made made) {
        IkeSa old = peering.theSa();
        IkeSa fresh = peering.sas().born(true, made);
        if (isRedundant(made)) {
            peering.promote(now, rival.get().sa());
            peering.retirement().keep(now, fresh);
            peering.agenda().add(now, new IkeDeletion(peering, fresh));
        } else {
            peering.promote(now, fresh);
            rival.ifPresent(other -> peering.retirement().keep(now, other.sa()));
            peering.agenda().add(now, new IkeDeletion(peering, old));
        }
    }

    private void refused(MonoTime now, Notify error, SessionFailure failure) {
        if (rival.isPresent()) {
            // the peer has finished its own rekeying, and will delete the old IKE SA
            peering.promote(now, rival.get().sa());
            return;
        }
        peering.lifetimes().rekeyAgain(now, RETRY);
        if (!error.is(NotifyType.TEMPORARY_FAILURE)) {
            peering.outbox().publish(new IkeEvent.RekeyingFailed("IKE SA", failure));
        }
    }
}
