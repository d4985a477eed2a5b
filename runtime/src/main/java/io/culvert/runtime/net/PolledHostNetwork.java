package io.culvert.runtime.net;

import io.culvert.runtime.clock.Timekeeper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// The network of the host by Java's own means.
///
/// Changes of routes show in nothing that Java tells, so a change is told at every look at which an address differs, and
/// otherwise at every fifth, for whoever looks up routes.
final class PolledHostNetwork implements HostNetwork {
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final int ROUTES_EVERY = 5;

    @Override
    public Optional<InetAddress> sourceTowards(InetAddress remote, int localPort)
            throws IOException {
        try {
            return Optional.of(LocalAddresses.towards(remote));
        } catch (SocketException noWay) {
            // `Network is unreachable` has no class of its own
            return Optional.empty();
        }
    }

    @Override
    public Watch watch(Timekeeper timekeeper, Runnable changed) throws IOException {
        Polling polling = new Polling(timekeeper, changed, LocalAddresses.ofHost());
        polling.lookLater();
        return polling;
    }

    private static final class Polling implements Watch {
        private final Timekeeper timekeeper;
        private final Runnable changed;

        // all guarded by this
        private Set<InetAddress> known;
        private Timekeeper.Alarm next = () -> {};
        private int looks;
        private boolean closed;

        Polling(Timekeeper timekeeper, Runnable changed, Set<InetAddress> known) {
            this.timekeeper = timekeeper;
            this.changed = changed;
            this.known = known;
        }

        synchronized void lookLater() {
            if (!closed) {
                next =
                        timekeeper.schedule(
                                timekeeper.now().plus(LOOK),
                                () -> Thread.ofVirtual().name("addresses").start(this::look));
            }
        }

        private void look() {
            try {
                if (isDue(LocalAddresses.ofHost())) {
                    changed.run();
                }
            } catch (SocketException e) {
                // the system did not tell; it is asked again
            }
            lookLater();
        }

        private synchronized boolean isDue(Set<InetAddress> now) {
            boolean differs = !now.equals(known);
            known = now;
            return !closed && (differs || ++looks % ROUTES_EVERY == 0);
        }

        @Override
        public synchronized void close() {
            closed = true;
            next.cancel();
        }
    }
}
