package io.culvert.sim.scenario;

import io.culvert.sim.network.Dice;
import io.culvert.sim.network.LinkQuality;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// A sort of world: how good its links are, what there is in it, what befalls it.
public enum Scenario {
    /// No fault at all: every packet that enters a tunnel comes out.
    CLEAN(0, 0, 0.3),
    /// Links that lose, double, delay and disorder.
    LOSSY(3, 0.25, 0.3),
    /// NATs that forget and change their mappings.
    NAT(4, 0.05, 1),
    /// Ports that are blocked and opened again, links that go dead in mid-life.
    BLOCKED(4, 0.03, 0.4),
    /// TCP connections that break at any octet, at both ends or at one.
    STREAMS(6, 0.05, 0.4),
    /// Ends that are told to stop, and ends that crash and return.
    CRASHES(4, 0.05, 0.4),
    /// SAs are rekeyed by one end or by both at a moment, without other faults: no packet is lost.
    REKEYING(12, 0, 0.3),
    /// The same where packets are lost, doubled and disordered, and where one end closes what the other rekeys.
    COLLISIONS(12, 0.25, 0.3),
    /// SAs that live for minutes, and rekey by themselves, over bad links.
    LIFETIMES(3, 0.1, 0.3),
    /// All of that.
    MIXED(12, 0.2, 0.5);

    private final int mostDeeds;
    private final double mostLoss;
    private final double natShare;

    Scenario(int mostDeeds, double mostLoss, double natShare) {
        this.mostDeeds = mostDeeds;
        this.mostLoss = mostLoss;
        this.natShare = natShare;
    }

    /// Its word on the command line.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// What may befall such a world.
    List<Deed> deeds() {
        return switch (this) {
            case CLEAN -> List.of();
            case LOSSY -> List.of(Deed.CHECK_LIVENESS, Deed.LOSE_MUCH);
            case NAT -> List.of(Deed.REBIND_NAT, Deed.CUT, Deed.CHECK_LIVENESS);
            case BLOCKED ->
                    List.of(Deed.BLOCK_UDP, Deed.BLOCK_NAT_TRAVERSAL, Deed.BLOCK_TCP, Deed.CUT);
            case STREAMS -> List.of(Deed.RESET_STREAM, Deed.HALF_OPEN_STREAM, Deed.BLOCK_TCP);
            case CRASHES ->
                    List.of(
                            Deed.CRASH_CLIENT,
                            Deed.CRASH_GATEWAY,
                            Deed.TERMINATE,
                            Deed.ABANDON,
                            Deed.CHECK_LIVENESS);
            case REKEYING ->
                    List.of(
                            Deed.REKEY_IKE,
                            Deed.REKEY_CHILD,
                            Deed.REKEY_IKE_BOTH,
                            Deed.REKEY_CHILD_BOTH,
                            Deed.REKEY_CROSSED);
            case COLLISIONS ->
                    List.of(
                            Deed.REKEY_IKE,
                            Deed.REKEY_CHILD,
                            Deed.REKEY_IKE_BOTH,
                            Deed.REKEY_CHILD_BOTH,
                            Deed.REKEY_CROSSED,
                            Deed.REKEY_AND_END,
                            Deed.CLOSE_CHILD,
                            Deed.REAUTHENTICATE);
            case LIFETIMES -> List.of(Deed.LOSE_MUCH, Deed.CUT, Deed.CHECK_LIVENESS);
            case MIXED -> List.of(Deed.values());
        };
    }

    int mostDeeds() {
        return mostDeeds;
    }

    double natShare() {
        return natShare;
    }

    boolean isFaultless() {
        return mostLoss == 0;
    }

    /// Whether SAs go on being rekeyed by themselves, also in peace.
    boolean hasLifetimes() {
        return this == LIFETIMES;
    }

    /// Whether the ends talk mostly over TCP.
    boolean prefersStreams() {
        return this == STREAMS;
    }

    /// A link as it is while faults happen.
    LinkQuality quality(Dice dice) {
        Duration delay = dice.between(Duration.ofMillis(1), Duration.ofMillis(120));
        if (mostLoss == 0) {
            return new LinkQuality(0, 0, 0, delay, Duration.ZERO, 1500, false);
        }
        boolean rough = dice.happens(0.7);
        return new LinkQuality(
                rough ? mostLoss * dice.nextDouble() : 0,
                rough ? 0.1 * dice.nextDouble() : 0,
                rough ? 0.3 * dice.nextDouble() : 0,
                delay,
                delay.dividedBy(4),
                dice.happens(0.2) ? 1280 : 1500,
                dice.happens(0.1));
    }
}
