package io.culvert.sim.network;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/// All chance of a simulated world: equal seeds give equal worlds. Never a source of real keys. For one thread.
public final class Dice extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final transient SplittableRandom random;

    /// @param seed equal seeds give equal throws
    public Dice(long seed) {
        random = new SplittableRandom(seed);
    }

    /// The seed of the `index`th run of a campaign.
    public static long seedOf(long campaign, long index) {
        long mixed = campaign * 0x9e37_79b9_7f4a_7c15L + index * 0xd1b5_4a32_d192_ed03L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xd6e8_feb8_6659_fd93L;
        return mixed ^ (mixed >>> 29);
    }

    /// Dice of their own for a part of the world, so that what one part throws does not change the luck of another.
    public Dice fork() {
        return new Dice(random.nextLong());
    }

    /// Whether something of this probability happens.
    public boolean happens(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /// A number from `low` to `high`, both included.
    public int between(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    /// A time from `low` to `high`.
    public Duration between(Duration low, Duration high) {
        return low.plusNanos(random.nextLong(high.minus(low).toNanos() + 1));
    }

    /// One of them.
    public <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    @Override
    public void nextBytes(byte[] octets) {
        random.nextBytes(octets);
    }

    @Override
    public String getAlgorithm() {
        return "dice";
    }
}
