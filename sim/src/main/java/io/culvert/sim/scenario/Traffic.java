package io.culvert.sim.scenario;

import io.culvert.ipsec.value.MonoTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The pings of a run: which were sent, and which came out at the other end.
final class Traffic {
    private final Map<Long, String> onTheWay = new LinkedHashMap<>();
    private long numbers;
    private long arrived;

    /// The number of the next ping.
    long next() {
        return ++numbers;
    }

    /// A ping went into a tunnel.
    void sent(long number, MonoTime now, String way) {
        onTheWay.put(number, way + " at " + now.nanos() / 1e9 + " s");
    }

    /// A ping came out of a tunnel.
    void arrived(long number) {
        if (onTheWay.remove(number) != null) {
            arrived++;
        }
    }

    long arrived() {
        return arrived;
    }

    boolean isMissing(long number) {
        return onTheWay.containsKey(number);
    }

    /// The first ping that did not arrive.
    Optional<String> missing() {
        return onTheWay.values().stream().findFirst();
    }
}
