package io.culvert.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.transport.StreamFrames;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.clock.ManualTimekeeper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class StreamWriterTest {
    private static final Octets IKE = StreamFrames.ike(StreamFraming.TCP_ENCAPSULATION, header(1));

    private final ManualTimekeeper time = new ManualTimekeeper();
    private final Counters counters = new Counters();
    private final PacketPool pool = new PacketPool(600, 128, 8);
    private final SlowChannel channel = new SlowChannel();
    private final BlockingQueue<String> broken = new LinkedBlockingQueue<>();
    private final Semaphore drained = new Semaphore(0);

    @AfterEach
    void nothingLeaks() {
        assertThat(pool.inUse()).isZero();
        pool.close();
    }

    @Test
    @DisplayName("TE-001, TE-107: the prefix and the first message leave in one write")
    void prefixWithFirstMessage() throws Exception {
        StreamWriter writer = writer(true, Limits.DEFAULT);
        writer.sendIke(IKE);
        assertThat(channel.next()).isEqualTo(Octets.concat(StreamFrames.PREFIX, IKE));
        writer.sendIke(IKE);
        assertThat(channel.next()).isEqualTo(IKE);
        finish(writer);
    }

    @Test
    @DisplayName("TE-103: an IKE message goes ahead of waiting ESP, at a frame boundary")
    void ikeGoesFirst() throws Exception {
        StreamWriter writer = writer(false, Limits.DEFAULT);
        channel.block();
        writer.sendEsp(esp(0, 1), 1);
        channel.awaitBlocked();
        writer.sendEsp(esp(1, 100), 100);
        writer.sendIke(IKE);
        channel.unblock();
        assertThat(channel.next()).isEqualTo(espFrame(0));
        Octets second = channel.next();
        assertThat(second.startsWith(IKE)).isTrue();
        assertThat(second.slice(IKE.size()).startsWith(espFrame(1))).isTrue();
        finish(writer);
    }

    @Test
    @DisplayName("TE-102: when too many ESP packets wait the oldest go, never IKE")
    void oldestEspGoes() throws Exception {
        StreamWriter writer =
                writer(false, Limits.DEFAULT.withEspBacklog(3, Duration.ofSeconds(1)));
        channel.block();
        writer.sendIke(IKE);
        channel.awaitBlocked();
        writer.sendEsp(esp(0, 5), 5);
        writer.sendIke(IKE);
        channel.unblock();
        assertThat(channel.next()).isEqualTo(IKE);
        assertThat(channel.next())
                .isEqualTo(Octets.concat(IKE, espFrame(2), espFrame(3), espFrame(4)));
        assertThat(counters.of("ESP_BACKLOG")).isEqualTo(2);
        finish(writer);
    }

    @Test
    @DisplayName("TE-102: ESP that waited longer than 200 ms is worthless, IKE is not")
    void staleEspGoes() throws Exception {
        StreamWriter writer = writer(false, Limits.DEFAULT);
        channel.block();
        writer.sendIke(IKE);
        channel.awaitBlocked();
        writer.sendEsp(esp(0, 2), 2);
        writer.sendIke(IKE);
        time.advance(Duration.ofMillis(201));
        writer.sendEsp(esp(2, 1), 1);
        channel.unblock();
        assertThat(channel.next()).isEqualTo(IKE);
        assertThat(channel.next()).isEqualTo(Octets.concat(IKE, espFrame(2)));
        assertThat(counters.of("ESP_BACKLOG")).isEqualTo(2);
        finish(writer);
    }

    @Test
    @DisplayName("a peer that does not read what we say to it loses the connection")
    void ikeBacklogBreaks() throws Exception {
        StreamWriter writer = writer(false, Limits.DEFAULT);
        Octets large = Octets.wrap(new byte[Limits.DEFAULT.ikeBacklogOctets() / 2]);
        channel.block();
        writer.sendIke(IKE);
        channel.awaitBlocked();
        assertThat(writer.sendIke(large)).isTrue();
        assertThat(writer.sendIke(large)).isTrue();
        assertThat(writer.sendIke(IKE)).isFalse();
        assertThat(broken.poll(5, TimeUnit.SECONDS)).isEqualTo("the peer does not read");
        writer.close();
        channel.unblock();
        writer.join();
    }

    @Test
    @DisplayName("IT-012: the end comes after what was sent before it, and nothing is taken after")
    void endAfterAll() throws Exception {
        StreamWriter writer = writer(false, Limits.DEFAULT);
        channel.block();
        writer.sendIke(IKE);
        channel.awaitBlocked();
        writer.sendIke(IKE);
        writer.end();
        assertThat(writer.sendIke(IKE)).isFalse();
        writer.sendEsp(esp(0, 1), 1);
        assertThat(drained.availablePermits()).isZero();
        channel.unblock();
        assertThat(channel.next()).isEqualTo(IKE);
        assertThat(channel.next()).isEqualTo(IKE);
        assertThat(drained.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
        finish(writer);
        assertThat(channel.written).isEmpty();
    }

    @Test
    @DisplayName("a broken connection gives all buffers back")
    void brokenGivesBack() throws Exception {
        StreamWriter writer = writer(false, Limits.DEFAULT);
        channel.block();
        writer.sendEsp(esp(0, 1), 1);
        channel.awaitBlocked();
        writer.sendEsp(esp(1, 100), 100);
        channel.failure = true;
        channel.unblock();
        assertThat(broken.poll(5, TimeUnit.SECONDS)).isEqualTo("reset by the peer");
        writer.close();
        writer.join();
    }

    private StreamWriter writer(boolean prefixDue, Limits limits) {
        return new StreamWriter(
                "writer",
                channel,
                prefixDue,
                limits,
                time,
                counters,
                broken::add,
                drained::release);
    }

    private void finish(StreamWriter writer) throws InterruptedException {
        writer.join();
        writer.close();
        assertThat(broken).isEmpty();
    }

    private PacketBuffer[] esp(int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(i -> {
                    PacketBuffer packet = pool.acquire().orElseThrow();
                    packet.set(8, packetOctets(i));
                    return packet;
                })
                .toArray(PacketBuffer[]::new);
    }

    private static Octets espFrame(int number) {
        return Octets.concat(Octets.ofHex("000a"), packetOctets(number));
    }

    private static Octets packetOctets(int number) {
        return Octets.of(
                (byte) 1,
                (byte) 2,
                (byte) 3,
                (byte) 4,
                (byte) 0,
                (byte) 0,
                (byte) 0,
                (byte) number);
    }

    private static Octets header(int messageId) {
        byte[] header = new byte[28];
        header[23] = (byte) messageId;
        return Octets.wrap(header);
    }

    /// Remembers each write; stands still on demand.
    private static final class SlowChannel implements GatheringByteChannel {
        final BlockingQueue<Octets> written = new LinkedBlockingQueue<>();
        private final Semaphore gate = new Semaphore(1_000_000);
        private final Semaphore arrived = new Semaphore(0);
        volatile boolean failure;

        void block() {
            gate.drainPermits();
        }

        void unblock() {
            gate.release(1_000_000);
        }

        void awaitBlocked() throws InterruptedException {
            assertThat(arrived.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
        }

        Octets next() throws InterruptedException {
            Octets next = written.poll(5, TimeUnit.SECONDS);
            assertThat(next).isNotNull();
            return next;
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            arrived.release();
            gate.acquireUninterruptibly();
            if (failure) {
                throw new IOException("Connection reset by peer");
            }
            List<Octets> parts = new ArrayList<>();
            for (int i = offset; i < offset + length; i++) {
                byte[] octets = new byte[sources[i].remaining()];
                sources[i].get(octets);
                parts.add(Octets.wrap(octets));
            }
            Octets all = Octets.concat(parts.toArray(Octets[]::new));
            written.add(all);
            return all.size();
        }

        @Override
        public long write(ByteBuffer[] sources) throws IOException {
            return write(sources, 0, sources.length);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            return (int) write(new ByteBuffer[] {source});
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
