package io.culvert.app.relay;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.runtime.clock.Timekeeper;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Decides whether one more client is served, by caps and rates. Safe for use by many threads.
final class Admission {
    private final RelayBounds bounds;
    private final Timekeeper timekeeper;

    // guarded by this
    private final Map<IpPrefix, Source> sources = new HashMap<>();
    private final Bucket all;
    private int clients;

    /// Why a client is not served; each is a counter.
    enum Refusal {
        TOO_MANY_CLIENTS,
        TOO_MANY_CLIENTS_OF_SOURCE,
        CLIENTS_TOO_FAST,
        CLIENTS_OF_SOURCE_TOO_FAST
    }

    Admission(RelayBounds bounds, Timekeeper timekeeper) {
        this.bounds = bounds;
        this.timekeeper = timekeeper;
        all = new Bucket(bounds.newPerSecond(), timekeeper.now());
    }

    /// Counts a client, unless that would be one too many; what was said must be followed by [#left] in the end.
    synchronized Optional<Refusal> admit(InetAddress address) {
        MonoTime now = timekeeper.now();
        if (clients >= bounds.clients()) {
            return Optional.of(Refusal.TOO_MANY_CLIENTS);
        }
        IpPrefix site = IpPrefix.siteOf(address);
        Source source = sources.get(site);
        if (source != null && source.clients >= bounds.clientsPerSource()) {
            return Optional.of(Refusal.TOO_MANY_CLIENTS_OF_SOURCE);
        }
        // a source that is refused takes nothing from the others
        if (source != null && !source.bucket.hasOne(now)) {
            return Optional.of(Refusal.CLIENTS_OF_SOURCE_TOO_FAST);
        }
        if (!all.hasOne(now)) {
            return Optional.of(Refusal.CLIENTS_TOO_FAST);
        }
        if (source == null) {
            source = new Source(new Bucket(bounds.newPerSecondPerSource(), now));
            sources.put(site, source);
        }
        all.take();
        source.bucket.take();
        source.clients++;
        clients++;
        return Optional.empty();
    }

    /// A client that was admitted is no longer served.
    synchronized void left(InetAddress address) {
        clients--;
        Source source = sources.get(IpPrefix.siteOf(address));
        if (source != null) {
            source.clients--;
        }
    }

    /// Forgets the sources that have no client and whose bucket is full again.
    synchronized void sweep() {
        MonoTime now = timekeeper.now();
        sources.values().removeIf(s -> s.clients == 0 && s.bucket.isFull(now));
    }

    synchronized int clients() {
        return clients;
    }

    synchronized int sources() {
        return sources.size();
    }

    /// What is known of one source.
    private static final class Source {
        private final Bucket bucket;
        private int clients;

        Source(Bucket bucket) {
            this.bucket = bucket;
        }
    }

    /// A token bucket, which holds what comes in two seconds.
    private static final class Bucket {
        private static final double NANOS = 1e9;

        private final int perSecond;
        private double tokens;
        private MonoTime filled;

        Bucket(int perSecond, MonoTime now) {
            this.perSecond = perSecond;
            this.tokens = 2.0 * perSecond;
            this.filled = now;
        }

        boolean hasOne(MonoTime now) {
            fill(now);
            return tokens >= 1;
        }

        boolean isFull(MonoTime now) {
            fill(now);
            return tokens >= 2.0 * perSecond;
        }

        void take() {
            tokens--;
        }

        private void fill(MonoTime now) {
            double seconds = now.since(filled).toNanos() / NANOS;
            tokens = Math.min(2.0 * perSecond, tokens + seconds * perSecond);
            filled = now;
        }
    }
}
