package io.culvert.app.daemon;

import io.culvert.ike.auth.RevocationFetcher.Query;
import io.culvert.ipsec.value.Octets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Answers that were good, until they end. When it is full, what ends first goes first. Safe for use by many threads.
final class RevocationCache {
    private record Kept(Octets answer, Instant until) {}

    private final int capacity;
    private final Map<Query, Kept> answers = new HashMap<>();
    private int octets;

    /// @param capacity the octets of all answers together
    RevocationCache(int capacity) {
        this.capacity = capacity;
    }

    synchronized Optional<Octets> find(Query query, Instant now) {
        Kept kept = answers.get(query);
        return kept == null || now.isAfter(kept.until)
                ? Optional.empty()
                : Optional.of(kept.answer);
    }

    synchronized void keep(Query query, Octets answer, Instant until, Instant now) {
        remove(query);
        if (answer.size() > capacity || now.isAfter(until)) {
            return;
        }
        while (octets + answer.size() > capacity) {
            answers.entrySet().stream()
                    .min(
                            Map.Entry.comparingByValue(
                                    (one, other) -> one.until.compareTo(other.until)))
                    .ifPresent(first -> remove(first.getKey()));
        }
        answers.put(query, new Kept(answer, until));
        octets += answer.size();
    }

    private void remove(Query query) {
        Kept old = answers.remove(query);
        if (old != null) {
            octets -= old.answer.size();
        }
    }
}
