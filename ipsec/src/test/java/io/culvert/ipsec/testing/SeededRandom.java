package io.culvert.ipsec.testing;

import java.security.SecureRandom;
import java.util.SplittableRandom;

/// A source of "secure" random octets that repeats from its seed. For tests alone, for one thread.
public final class SeededRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final transient SplittableRandom random;

    /// @param seed equal seeds give equal octets
    public SeededRandom(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public void nextBytes(byte[] octets) {
        random.nextBytes(octets);
    }

    @Override
    public String getAlgorithm() {
        return "seeded";
    }
}
