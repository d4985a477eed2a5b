package io.culvert.bench;

import java.security.SecureRandom;
import java.util.SplittableRandom;

/// Randomness that begins anew when told to, so that one side of a recorded handshake fits again and again. For one
/// thread.
final class RepeatingRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final long seed;
    private transient SplittableRandom random;

    RepeatingRandom(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    void restart() {
        random = new SplittableRandom(seed);
    }

    @Override
    public void nextBytes(byte[] octets) {
        random.nextBytes(octets);
    }

    @Override
    public String getAlgorithm() {
        return "repeating";
    }
}
