package io.culvert.sim.table;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.sim.network.Access;
import io.culvert.sim.network.Dice;
import io.culvert.sim.network.LinkQuality;
import io.culvert.sim.network.Nat;
import io.culvert.sim.network.NatBehaviour;
import io.culvert.sim.network.Network;
import io.culvert.sim.network.Protocol;
import java.net.InetAddress;
import java.time.Duration;

/// What stands between a road warrior and its gateway. A row of the table.
public enum Obstacle {
    /// Nothing.
    CLEAN("clean"),
    /// One packet of twenty vanishes, in either direction.
    LOSS_5("5 % loss"),
    /// One packet of ten.
    LOSS_10("10 % loss"),
    /// One packet of five.
    LOSS_20("20 % loss"),
    /// Fragments of IP packets vanish.
    FRAGMENTS_DROPPED("IP fragments dropped"),
    /// UDP port 500 is open, 4500 is not.
    UDP_4500_BLOCKED("UDP 4500 blocked"),
    /// No UDP at all.
    UDP_BLOCKED("all UDP blocked"),
    /// A captive network: the port of HTTPS, and nothing else.
    ONLY_TCP_443("only TCP 443 open"),
    /// A NAT that gives other ports.
    NAT("NAT"),
    /// A NAT that gives another port towards each remote endpoint, and loses one packet of ten.
    BAD_NAT("symmetric NAT, 10 % loss");

    private static final InetAddress OUTSIDE = IpPrefix.parseAddress("192.0.2.1");
    private static final InetAddress INSIDE = IpPrefix.parseAddress("192.168.1.2");
    private static final int HTTPS = 443;
    private static final int NAT_TRAVERSAL = 4500;

    /// With 10 ms at the gateway: round trips of 50 ms.
    private static final LinkQuality LINK =
            new LinkQuality(0, 0, 0, Duration.ofMillis(13), Duration.ofMillis(4), 1500, false);

    private final String title;

    Obstacle(String title) {
        this.title = title;
    }

    /// For people.
    public String title() {
        return title;
    }

    /// Puts a road warrior behind it.
    Access attach(Network network, Dice dice) {
        Access access =
                switch (this) {
                    case NAT -> behindNat(network, false, dice);
                    case BAD_NAT -> behindNat(network, true, dice);
                    case CLEAN,
                            LOSS_5,
                            LOSS_10,
                            LOSS_20,
                            FRAGMENTS_DROPPED,
                            UDP_4500_BLOCKED,
                            UDP_BLOCKED,
                            ONLY_TCP_443 ->
                            network.attach(OUTSIDE, quality());
                };
        switch (this) {
            case UDP_4500_BLOCKED -> access.firewall().block(Protocol.UDP, NAT_TRAVERSAL);
            case UDP_BLOCKED -> access.firewall().block(Protocol.UDP);
            case ONLY_TCP_443 -> {
                access.firewall().block(Protocol.UDP);
                access.firewall().block(Protocol.TCP);
                access.firewall().except(Protocol.TCP, HTTPS);
            }
            case CLEAN, LOSS_5, LOSS_10, LOSS_20, FRAGMENTS_DROPPED, NAT, BAD_NAT -> {}
        }
        return access;
    }

    private Access behindNat(Network network, boolean symmetric, Dice dice) {
        var behaviour =
                new NatBehaviour(
                        symmetric, false, false, Duration.ofSeconds(30), Duration.ofHours(1), true);
        return network.attach(INSIDE, quality(), new Nat(OUTSIDE, behaviour, dice));
    }

    private LinkQuality quality() {
        return switch (this) {
            case LOSS_5 -> LINK.losing(0.05);
            case LOSS_10, BAD_NAT -> LINK.losing(0.1);
            case LOSS_20 -> LINK.losing(0.2);
            case FRAGMENTS_DROPPED -> LINK.withoutFragments();
            case CLEAN, UDP_4500_BLOCKED, UDP_BLOCKED, ONLY_TCP_443, NAT -> LINK;
        };
    }
}
