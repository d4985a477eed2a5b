package io.culvert.ike.api;

import java.time.Duration;

/// How long the IKE SA of a connection lives, and how much may go on in it.
///
/// @param lifespan when it is rekeyed
/// @param reauthentication after which time both sides have to authenticate anew; zero for never. The new IKE SA is made
///     before the old one is deleted
/// @param window how many requests the peer may have outstanding at a time (IK-025)
/// @param packetOctets the size of an IP packet above which messages go in fragments of their own over UDP, if the peer
///     understands them; 0 if fragments are not wanted
/// @param mostChildren how many Child SAs the peer may have at a time; beyond them it is told NO_ADDITIONAL_SAS
/// @param resumption whether tickets are asked for, and used, to resume the IKE SA when it is lost (RFC 5723)
public record IkeSaLimits(
        Lifespan lifespan,
        Duration reauthentication,
        int window,
        int packetOctets,
        int mostChildren,
        boolean resumption) {
    private static final int SMALLEST_PACKET = 576;

    /// What a connection has that configures nothing.
    public static final IkeSaLimits DEFAULT =
            new IkeSaLimits(Lifespan.of(Duration.ofHours(4)), Duration.ZERO, 1, 1280, 64);

    /// Without resumption.
    public IkeSaLimits(
            Lifespan lifespan,
            Duration reauthentication,
            int window,
            int packetOctets,
            int mostChildren) {
        this(lifespan, reauthentication, window, packetOctets, mostChildren, false);
    }

    /// The same with resumption.
    public IkeSaLimits withResumption() {
        return new IkeSaLimits(
                lifespan, reauthentication, window, packetOctets, mostChildren, true);
    }

    /// Checks the numbers.
    public IkeSaLimits {
        if (packetOctets != 0 && packetOctets < SMALLEST_PACKET) {
            throw new IllegalArgumentException("packets have at least 576 octets");
        }
        if (window < 1 || mostChildren < 1) {
            throw new IllegalArgumentException("at least one request and one Child SA");
        }
    }

    /// Whether fragments of IKE messages are wanted.
    public boolean fragments() {
        return packetOctets > 0;
    }
}
