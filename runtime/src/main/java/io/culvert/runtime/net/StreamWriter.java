package io.culvert.runtime.net;

import io.culvert.ike.transport.StreamFrames;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.clock.Timekeeper;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Writes a connection: IKE before waiting ESP (TE-103), each message in one write (TE-107).
///
/// Has a virtual thread only while there is something to write. Nobody who sends ever waits: ESP beyond the limits is
/// dropped, oldest first (TE-102), and IKE beyond them breaks the connection.
final class StreamWriter {
    private static final System.Logger LOG = System.getLogger(StreamWriter.class.getName());

    /// Bounds how long an IKE message waits for the ESP before it that is being written.
    private static final int ESP_PER_WRITE = 32;

    private final GatheringByteChannel channel;
    private final Limits limits;
    private final Timekeeper timekeeper;
    private final Counters counters;
    private final Consumer<String> broken;
    private final Runnable drained;
    private final String name;

    // all below are guarded by this
    private final ArrayDeque<Octets> ike = new ArrayDeque<>(2);
    private final ArrayDeque<WaitingEsp> esp = new ArrayDeque<>(2);
    private int ikeOctets;
    private boolean prefixDue;
    private boolean writing;
    private MonoTime progress = MonoTime.ZERO;
    private boolean endDue;
    private boolean closed;
    private Optional<Thread> thread = Optional.empty();

    private record WaitingEsp(PacketBuffer frame, MonoTime since) {}

    /// @param prefixDue whether the stream begins with the prefix, which goes out with the first message: some peers
    ///     read both at once or not at all
    /// @param broken told when the connection broke or its peer does not read
    /// @param drained called when all was written after [#end]; it ends the sending side
    StreamWriter(
            String name,
            GatheringByteChannel channel,
            boolean prefixDue,
            Limits limits,
            Timekeeper timekeeper,
            Counters counters,
            Consumer<String> broken,
            Runnable drained) {
        this.name = name;
        this.channel = channel;
        this.prefixDue = prefixDue;
        this.limits = limits;
        this.timekeeper = timekeeper;
        this.counters = counters;
        this.broken = broken;
        this.drained = drained;
    }

    /// Sends a framed IKE message.
    ///
    /// @return false if nothing more can be sent
    boolean sendIke(Octets frame) {
        boolean full;
        synchronized (this) {
            if (closed || endDue) {
                return false;
            }
            full = ikeOctets + frame.size() > limits.ikeBacklogOctets();
            if (!full) {
                ike.add(frame);
                ikeOctets += frame.size();
                wake();
            }
        }
        if (full) {
            broken.accept("the peer does not read");
        }
        return !full;
    }

    /// Sends ESP packets. Ownership: moves to the callee.
    void sendEsp(PacketBuffer[] packets, int count) {
        int dropped = 0;
        synchronized (this) {
            MonoTime now = timekeeper.now();
            for (int i = 0; i < count; i++) {
                if (closed || endDue) {
                    packets[i].release();
                    dropped++;
                    continue;
                }
                dropped += makeRoom(now);
                StreamFrames.frameEsp(packets[i]);
                esp.add(new WaitingEsp(packets[i], now));
            }
            wake();
        }
        countDrops(dropped);
    }

    /// Sends no more after what is waiting.
    synchronized void end() {
        if (!closed && !endDue) {
            endDue = true;
            wake();
        }
    }

    /// Drops ESP that has waited too long, which is otherwise looked at only when more comes or something was written.
    ///
    /// @return how long the socket has taken nothing of what is being written; zero if nothing is
    Duration sweep() {
        int dropped;
        Duration stuck;
        synchronized (this) {
            MonoTime now = timekeeper.now();
            dropped = dropStale(now);
            stuck = writing ? now.since(progress) : Duration.ZERO;
        }
        countDrops(dropped);
        return stuck;
    }

    /// Forgets what is waiting.
    synchronized void close() {
        closed = true;
        ike.clear();
        esp.forEach(waiting -> waiting.frame().release());
        esp.clear();
    }

    /// Waits for the thread, if there is one.
    void join() throws InterruptedException {
        Optional<Thread> running;
        synchronized (this) {
            running = thread;
        }
        if (running.isPresent()) {
            running.get().join();
        }
    }

    private void wake() {
        if (!writing && !closed && (endDue || !ike.isEmpty() || !esp.isEmpty())) {
            writing = true;
            progress = timekeeper.now();
            thread = Optional.of(Thread.ofVirtual().name(name).start(this::writeAll));
        }
    }

    private int makeRoom(MonoTime now) {
        int dropped = dropStale(now);
        if (esp.size() >= limits.espBacklogPackets()) {
            esp.remove().frame().release();
            dropped++;
        }
        return dropped;
    }

    private int dropStale(MonoTime now) {
        int dropped = 0;
        while (!esp.isEmpty()
                && now.since(esp.element().since()).compareTo(limits.espBacklogTime()) > 0) {
            esp.remove().frame().release();
            dropped++;
        }
        return dropped;
    }

    private void countDrops(int dropped) {
        if (dropped > 0) {
            counters.add("ESP_BACKLOG", dropped);
        }
    }

    private void writeAll() {
        List<PacketBuffer> taken = new ArrayList<>();
        try {
            while (true) {
                ByteBuffer[] batch = takeBatch(taken);
                if (batch.length == 0) {
                    return;
                }
                long left = 0;
                for (ByteBuffer each : batch) {
                    left += each.remaining();
                }
                while (left > 0) {
                    left -= channel.write(batch);
                    progressed();
                }
                release(taken);
            }
        } catch (IOException e) {
            broken.accept(Reasons.of(e));
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, name + " stumbled", e);
            counters.count("INTERNAL_ERROR");
            broken.accept("an error of ours");
        } finally {
            release(taken);
        }
    }

    private synchronized void progressed() {
        progress = timekeeper.now();
    }

    private static void release(List<PacketBuffer> taken) {
        taken.forEach(PacketBuffer::release);
        taken.clear();
    }

    /// The next buffers to write, or none if the thread is to end.
    private ByteBuffer[] takeBatch(List<PacketBuffer> taken) {
        List<ByteBuffer> batch = new ArrayList<>();
        boolean ends = false;
        int dropped;
        synchronized (this) {
            dropped = dropStale(timekeeper.now());
            if (prefixDue && !(ike.isEmpty() && esp.isEmpty())) {
                batch.add(StreamFrames.PREFIX.asByteBuffer());
                prefixDue = false;
            }
            for (Octets frame : ike) {
                batch.add(frame.asByteBuffer());
            }
            ike.clear();
            ikeOctets = 0;
            while (!esp.isEmpty() && taken.size() < ESP_PER_WRITE) {
                PacketBuffer frame = esp.remove().frame();
                taken.add(frame);
                batch.add(frame.byteBuffer());
            }
            if (batch.isEmpty()) {
                writing = false;
                thread = Optional.empty();
                ends = endDue && !closed;
            }
        }
        countDrops(dropped);
        if (ends) {
            drained.run();
        }
        return batch.toArray(ByteBuffer[]::new);
    }
}
