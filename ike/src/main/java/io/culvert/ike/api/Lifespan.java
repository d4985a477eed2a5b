package io.culvert.ike.api;

import io.culvert.ipsec.value.MonoTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;

/// How long an SA is used before it is rekeyed, and how long it may live if that does not come about.
///
/// Lifetimes are local: the peer is not told (IK-102).
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.8 RFC 7296 section 2.8
/// @param rekey after which time it is rekeyed; zero for never
/// @param jitter how much earlier at most, drawn anew for each SA, so that many SAs, or both ends, do not rekey at once
/// @param over how much longer than `rekey` it may live
public record Lifespan(Duration rekey, Duration jitter, Duration over) {
    /// For ever.
    public static final Lifespan UNLIMITED =
            new Lifespan(Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /// Checks that they go together.
    public Lifespan {
        if (rekey.isNegative() || jitter.isNegative() || over.isNegative()) {
            throw new IllegalArgumentException("a lifespan is not negative");
        }
        if (rekey.isPositive() && jitter.compareTo(rekey) >= 0) {
            throw new IllegalArgumentException("the jitter is less than the time until rekeying");
        }
    }

    /// A time until rekeying with jitter and over time of a tenth of it, as strongSwan has them.
    public static Lifespan of(Duration rekey) {
        return new Lifespan(rekey, rekey.dividedBy(10), rekey.dividedBy(10));
    }

    /// When an SA that was set up at `start` is to be rekeyed.
    public Optional<MonoTime> rekeyAt(MonoTime start, SecureRandom random) {
        if (!rekey.isPositive()) {
            return Optional.empty();
        }
        Duration earlier =
                jitter.isZero()
                        ? Duration.ZERO
                        : Duration.ofNanos(random.nextLong(jitter.toNanos()));
        return Optional.of(start.plus(rekey.minus(earlier)));
    }

    /// When an SA that was set up at `start` has to go.
    public Optional<MonoTime> expiresAt(MonoTime start) {
        return rekey.isPositive() ? Optional.of(start.plus(rekey).plus(over)) : Optional.empty();
    }
}
