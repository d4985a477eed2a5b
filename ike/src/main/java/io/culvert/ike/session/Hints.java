package io.culvert.ike.session;

import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Spi;
import java.time.Duration;
import java.util.Optional;

/// Signs that one side does not know an SA any more. Most of them anybody can forge, so none ends anything: each leads to
/// one exchange with the peer at most, and not often.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.4 RFC 7296 section 2.4
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-1.5 RFC 7296 section 1.5
final class Hints {
    /// Our choice: who forges signs gets a message out of us this often, whatever he sends.
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final Peering peering;
    private Optional<MonoTime> checkNotBefore = Optional.empty();
    private Optional<MonoTime> repeatNotBefore = Optional.empty();
    private Optional<MonoTime> tellNotBefore = Optional.empty();
    private Optional<MonoTime> rekeyNotBefore = Optional.empty();

    Hints(Peering peering) {
        this.peering = peering;
    }

    /// Something unprotected says that the peer is gone, or has forgotten the IKE SA: the peer is asked (IK-028). While
    /// anything else is asked of it the answer to that will tell.
    void peerMayBeGone(MonoTime now) {
        if (isOver(now, checkNotBefore) && peering.agenda().isIdle()) {
            checkNotBefore = Optional.of(now.plus(PAUSE));
            peering.agenda().add(now, new LivenessCheck(peering));
        }
    }

    /// Something unprotected says that the peer is there, and does not know our ESP: perhaps it has restarted. It is asked,
    /// or if it has been asked, and was not there to hear it, once more at once.
    void peerIsThere(MonoTime now) {
        if (peering.agenda().isIdle()) {
            peerMayBeGone(now);
        } else if (isOver(now, repeatNotBefore)) {
            repeatNotBefore = Optional.of(now.plus(PAUSE));
            peering.courier().repeat(now, peering.theSa());
        }
    }

    /// ESP came from the peer's endpoint by an SPI that we do not know: the peer is told (IK-128).
    void unknownSpi(MonoTime now, Spi spi) {
        if (isOver(now, tellNotBefore)) {
            tellNotBefore = Optional.of(now.plus(PAUSE));
            peering.agenda().add(now, new InvalidSpiReport(spi));
        }
    }

    /// The peer says, protected, that it does not know the SPI that we send by: rekeying finds out, and makes a new Child
    /// SA if it is so (IK-104).
    void notKnownToPeer(MonoTime now, ChildSa child) {
        if (isOver(now, rekeyNotBefore)) {
            rekeyNotBefore = Optional.of(now.plus(PAUSE));
            peering.lifetimes().rekeyChild(now, child);
        }
    }

    private static boolean isOver(MonoTime now, Optional<MonoTime> pause) {
        return pause.map(now::hasReached).orElse(true);
    }
}
