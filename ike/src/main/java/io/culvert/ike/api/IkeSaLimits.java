package io.culvert.ike.api;

import java.time.Duration;

/// How long the IKE SA of a connection lives, and how much may go on in it.
///
/// @param lifespan when it is rekeyed
/// @param reauthentication after which time both sides have to authenticate anew; zero for never. The new IKE SA is made
///     before the old one is deleted
/// @param window how many requests the peer may have outstanding at a time (IK-025)
/// @param mostChildren how many Child SAs the peer may have at a time; beyond them it is told NO_ADDITIONAL_SAS
public record IkeSaLimits(
        Lifespan lifespan, Duration reauthentication, int window, int mostChildren) {
    /// What a connection has that configures nothing.
    public static final IkeSaLimits DEFAULT =
            new IkeSaLimits(Lifespan.of(Duration.ofHours(4)), Duration.ZERO, 1, 64);

    /// Checks the numbers.
    public IkeSaLimits {
        if (window < 1 || mostChildren < 1) {
            throw new IllegalArgumentException("at least one request and one Child SA");
        }
    }
}
