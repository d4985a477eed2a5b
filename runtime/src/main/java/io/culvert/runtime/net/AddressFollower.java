package io.culvert.runtime.net;

import io.culvert.ipsec.value.MonoTime;
import io.culvert.runtime.clock.Timekeeper;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;

/// Keeps the UDP ports in step with the addresses of the host, and tells the listener of changes. Safe for use by many
/// threads.
final class AddressFollower implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AddressFollower.class.getName());

    /// A change of the host's network seldom comes alone: so long the others are waited for.
    private static final Duration TOGETHER = Duration.ofMillis(50);

    /// When ports on a new address are tried again that could not be had.
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

    private final UdpPorts udp;
    private final NetworkListener listener;
    private final Timekeeper timekeeper;

    // guarded by this
    private HostNetwork.Watch watch = () -> {};
    private Timekeeper.Alarm alarm = () -> {};
    private Optional<MonoTime> due = Optional.empty();
    private boolean busy;
    private boolean closed;

    AddressFollower(UdpPorts udp, NetworkListener listener, Timekeeper timekeeper) {
        this.udp = udp;
        this.listener = listener;
        this.timekeeper = timekeeper;
    }

    /// Begins.
    ///
    /// @throws IOException if the network of the host cannot be watched
    synchronized void start(HostNetwork host) throws IOException {
        watch = host.watch(timekeeper, () -> lookAfter(TOGETHER));
    }

    private synchronized void lookAfter(Duration wait) {
        MonoTime wanted = timekeeper.now().plus(wait);
        if (closed || due.filter(earlier -> !wanted.isBefore(earlier)).isPresent()) {
            return;
        }
        alarm.cancel();
        due = Optional.of(wanted);
        alarm =
                timekeeper.schedule(
                        wanted, () -> Thread.ofVirtual().name("addresses").start(this::look));
    }

    private void look() {
        if (!begin()) {
            return;
        }
        try {
            boolean complete = udp.follow();
            listener.hostChanged();
            if (!complete) {
                lookAfter(TRY_AGAIN);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "our addresses cannot be found out: " + e.getMessage());
        } finally {
            end();
        }
    }

    /// Waits for its turn; false if there is nothing to do any more. A change from now on is for the next time.
    private synchronized boolean begin() {
        while (busy && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        due = Optional.empty();
        busy = !closed;
        return busy;
    }

    private synchronized void end() {
        busy = false;
        notifyAll();
    }

    @Override
    public synchronized void close() {
        closed = true;
        alarm.cancel();
        watch.close();
        notifyAll();
    }
}
