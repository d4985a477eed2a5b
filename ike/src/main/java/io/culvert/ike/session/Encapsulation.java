package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.transport.Arrangement;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.value.MonoTime;
import java.time.Duration;
import java.util.Optional;

/// Moves the IKE SA from UDP into a TCP connection when UDP has gone dead, and back when it is alive again; by the
/// original initiator, where both sides know MOBIKE.
///
///     Original initiator                                              Original responder
///     ESP goes out, nothing comes in
///     udp: HDR(n), SK {N(UPDATE_SA_ADDRESSES), N(NATD) …}   x x x
///     tcp: IKETCP, the same message                                -->
///                                        <--  tcp: HDR(n), SK {N(NATD) …}
///     tcp: HDR(n+1), SK {N(UPDATE_SA_ADDRESSES), N(NATD) …}         -->   with the hashes of the connection
///                                        <--  tcp: HDR(n+1), SK {N(NATD) …}
///     ESP in the connection                                        <->
///     after a while
///     udp: HDR(m), SK {N(UPDATE_SA_ADDRESSES), N(NATD) …}           -->   unanswered: as above
///
/// IKE tries first; ESP follows when the answer has shown that both directions work.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9329#section-7.1 RFC 9329 section 7.1
final class Encapsulation {
    /// Our choice: how often it is looked whether packets come in while others go out.
    private static final Duration WATCH = Duration.ofMillis(500);

    /// Our choice: how long a path that was found alive is not suspected again, if still nothing comes in.
    private static final Duration TRUST = Duration.ofSeconds(4);

    private static final Duration MOST_TRUST = Duration.ofSeconds(64);

    /// Our choice: how long to stay in a connection before UDP is tried again; each time longer.
    private static final Duration RETURN = Duration.ofSeconds(10);

    private static final Duration LATEST_RETURN = Duration.ofSeconds(60);

    /// Our choice: how long something else that is under way is waited for.
    private static final Duration BUSY = Duration.ofSeconds(1);

    /// Our choice: how long what the peer has on its way into the connection is waited for.
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final Peering peering;
    private final Mobility mobility;
    private long received;
    private long sent;
    private Optional<MonoTime> silentSince = Optional.empty();
    private MonoTime trustedUntil = MonoTime.ZERO;
    private Duration trust = TRUST;
    private Duration untilReturn = RETURN;

    Encapsulation(Peering peering, Mobility mobility) {
        this.peering = peering;
        this.mobility = mobility;
    }

    /// The IKE SA is established, or has changed its arrangement for good.
    void settled(MonoTime now) {
        peering.timers().clear(TimerTable.Kind.PATH_WATCH);
        peering.timers().clear(TimerTable.Kind.UDP_RETURN);
        peering.timers().clear(TimerTable.Kind.STANDBY);
        switch (ways().arrangement()) {
            case UDP -> {
                if (ways().mayMoveIntoStream()) {
                    untilReturn = RETURN;
                    silentSince = Optional.empty();
                    peering.timers().set(TimerTable.Kind.PATH_WATCH, now, WATCH);
                }
                if (ways().endpoints().isPresent() && ways().stream().isPresent()) {
                    peering.timers().set(TimerTable.Kind.STANDBY, now, LINGER);
                }
            }
            case TCP_ENCAPSULATION -> returnLater(now);
            case IKE_TCP, SEPARATE -> {}
        }
    }

    private void returnLater(MonoTime now) {
        if (ways().prefersUdp()) {
            peering.timers().set(TimerTable.Kind.UDP_RETURN, now, untilReturn);
        }
    }

    /// The connection is not needed any more, as its ESP is through (TE-087).
    void endStandby() {
        if (ways().arrangement() == Arrangement.UDP) {
            peering.courier().closeStream();
        }
    }

    // Into a connection

    /// Asks what the Child SAs have carried.
    void watch(MonoTime now) {
        peering.outbox().add(new Action.SampleTraffic(peering.children().ids()));
        peering.timers().set(TimerTable.Kind.PATH_WATCH, now, WATCH);
    }

    /// What the Child SAs have carried, in packets. Child SAs come and go, so less than before is as good as more.
    void sampled(MonoTime now, long inbound, long outbound) {
        boolean hears = inbound != received;
        boolean sends = outbound != sent;
        received = inbound;
        sent = outbound;
        if (hears) {
            silentSince = Optional.empty();
            trust = TRUST;
        } else if (silentSince.isPresent()) {
            suspect(now);
        } else if (sends) {
            silentSince = Optional.of(now);
        }
    }

    private void suspect(MonoTime now) {
        if (ways().arrangement() != Arrangement.UDP || !now.hasReached(trustedUntil)) {
            return;
        }
        trustedUntil = now.plus(trust);
        trust = min(trust.multipliedBy(2), MOST_TRUST);
        silentSince = Optional.empty();
        peering.courier().hasten(now);
        update(now);
    }

    private void update(MonoTime now) {
        if (peering.agenda().all(MobikeExchanges.AddressUpdate.class).findAny().isEmpty()) {
            peering.agenda().again(now, new MobikeExchanges.AddressUpdate(peering));
        }
    }

    /// A connection is open while the IKE SA goes over UDP: was it opened in time?
    void connected(MonoTime now) {
        if (peering.courier().wouldMove(now)) {
            moveInto(now);
        } else {
            peering.courier().closeStream();
        }
    }

    /// All goes into the connection; ESP when the peer has answered there.
    void moveInto(MonoTime now) {
        TransportPath.Tcp stream = ways().stream().orElseThrow();
        String why =
                "udp led nowhere (" + peering.courier().lastTrouble() + "), so in a connection";
        mobility.stay();
        peering.courier().moveInto(now, stream, why);
        update(now);
        returnLater(now);
    }

    /// The peer, which is the original initiator, is in a connection now; gives whether it was not before.
    boolean follow(MonoTime now, TransportPath.Tcp stream) {
        if (ways().isTcpEncapsulation()) {
            return false;
        }
        mobility.stay();
        peering.courier().moveInto(now, stream, "the peer has moved into a connection");
        return true;
    }

    // Back

    /// It is time to try UDP again. Nothing waits for that.
    void tryUdp(MonoTime now) {
        if (peering.agenda().isIdle()) {
            untilReturn = min(untilReturn.multipliedBy(2), LATEST_RETURN);
            moveOut(now);
        } else {
            peering.timers().set(TimerTable.Kind.UDP_RETURN, now, BUSY);
        }
    }

    /// There is no connection, and none can be opened, or our end of it was lost with its address: perhaps UDP works.
    void withoutStream(MonoTime now) {
        if (ways().isTcpEncapsulation() && ways().prefersUdp()) {
            moveOut(now);
        }
    }

    private void moveOut(MonoTime now) {
        mobility.stay();
        ways().natTraversal()
                .ifPresent(path -> peering.courier().moveOut(now, path, "udp is preferred"));
        peering.routeChildren();
        update(now);
    }

    private Ways ways() {
        return peering.ways();
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
