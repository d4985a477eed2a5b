package io.culvert.app.bench;

/// The heap of this process.
final class Heap {
    private static final int ROUNDS = 8;
    private static final long STILL = 64 * 1024;

    private Heap() {}

    /// The octets that are in use once everything is collected that nobody needs.
    static long used() {
        long before = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            System.gc();
            long now = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            if (Math.abs(before - now) < STILL) {
                return now;
            }
            before = now;
        }
        return before;
    }
}
