package io.culvert.runtime.net;

import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.FrameSink;
import io.culvert.ike.transport.IgnoredFrame;
import io.culvert.ike.transport.StreamFault;
import io.culvert.ike.transport.StreamFramer;
import io.culvert.ike.transport.StreamFrames;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.EspIntake;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.clock.Timekeeper;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// A TCP connection at work: one virtual thread reads it, [StreamWriter] writes it.
final class TcpConnection {
    private static final System.Logger LOG = System.getLogger(TcpConnection.class.getName());
    private static final int IKE_FLAGS_OFFSET = 19;
    private static final int RESPONSE_FLAG = 0x20;
    private static final int SMALL_READ = 2 * 1024;
    private static final int LARGE_READ = 64 * 1024;
    private static final int SMALL_READS_BEFORE_SHRINKING = 32;
    private static final int ESP_BATCH = 32;

    private final ConnectionId id;
    private final SocketChannel channel;
    private final boolean weOpened;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final Environment environment;
    private final StreamFramer framer;
    private final StreamWriter writer;
    private final Patience patience;
    private final Inbound inbound = new Inbound();
    private final Thread reader;
    private final AtomicBoolean counted;

    // guarded by this
    private Optional<TransportPath.Tcp> path = Optional.empty();
    private boolean confirmed;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean closedByUs;
    private boolean over;

    /// What a connection needs of the network that it is part of.
    ///
    /// @param ended called once when the connection is over
    record Environment(
            Limits limits,
            Timekeeper timekeeper,
            Counters counters,
            PacketPool pool,
            NetworkListener listener,
            EspIntake intake,
            Consumer<TcpConnection> ended) {}

    private TcpConnection(
            ConnectionId id,
            SocketChannel channel,
            boolean weOpened,
            StreamFramer framer,
            Environment environment)
            throws IOException {
        this.id = id;
        this.channel = channel;
        this.weOpened = weOpened;
        this.framer = framer;
        this.environment = environment;
        if (environment.listener().takesAnyVersion()) {
            framer.takeAnyVersion();
        }
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        local = (InetSocketAddress) channel.getLocalAddress();
        remote = (InetSocketAddress) channel.getRemoteAddress();
        boolean prefixed =
                weOpened && framer.framing().equals(Optional.of(StreamFraming.TCP_ENCAPSULATION));
        writer =
                new StreamWriter(
                        "tcp-writer-" + id.value(),
                        channel,
                        prefixed,
                        environment.limits(),
                        environment.timekeeper(),
                        environment.counters(),
                        this::finish,
                        this::shutdownOutput);
        patience =
                new Patience(
                        environment.limits(), environment.timekeeper(), weOpened, this::finish);
        reader = Thread.ofVirtual().name("tcp-reader-" + id.value()).unstarted(this::read);
        counted = new AtomicBoolean(!weOpened);
        framer.framing().ifPresent(this::framingKnown);
    }

    /// A connection that we opened.
    static TcpConnection opened(
            ConnectionId id, SocketChannel channel, StreamFraming framing, Environment environment)
            throws IOException {
        return new TcpConnection(id, channel, true, StreamFramer.opened(framing), environment);
    }

    /// A connection that we accepted.
    static TcpConnection accepted(
            ConnectionId id,
            SocketChannel channel,
            Set<StreamFraming> served,
            Environment environment)
            throws IOException {
        return new TcpConnection(id, channel, false, StreamFramer.accepted(served), environment);
    }

    ConnectionId id() {
        return id;
    }

    InetSocketAddress remote() {
        return remote;
    }

    /// The path of its messages, once its framing is known.
    synchronized Optional<TransportPath.Tcp> path() {
        return path;
    }

    synchronized boolean isConfirmed() {
        return confirmed;
    }

    /// Begins to read.
    void start() {
        patience.begin();
        reader.start();
    }

    /// Sends an IKE message.
    ///
    /// @throws IOException if the connection takes no more, or the message is too large for its framing
    void sendIke(Octets message) throws IOException {
        TransportPath.Tcp known =
                path().orElseThrow(() -> new IOException("the connection's framing is not known"));
        Octets frame;
        try {
            frame = StreamFrames.ike(known.framing(), message);
        } catch (IllegalArgumentException tooLarge) {
            throw new IOException(tooLarge.getMessage(), tooLarge);
        }
        if (!writer.sendIke(frame)) {
            throw new IOException("the connection is closed");
        }
        if (isResponse(message)) {
            patience.responded();
            endIfAllIsSaid();
        }
    }

    /// Sends ESP packets. Ownership: moves to the callee.
    void sendEsp(PacketBuffer[] packets, int count) {
        writer.sendEsp(packets, count);
    }

    /// Somebody authentic uses the connection.
    synchronized void confirm() {
        confirmed = true;
        patience.confirmed();
    }

    /// Whether it is from now on none of the connections that count against the caps (IT-009). True once.
    boolean stopCounting() {
        return counted.getAndSet(false);
    }

    /// Waits for its threads, after the end.
    void join() throws InterruptedException {
        reader.join();
        writer.join();
    }

    /// Whether sessions use it.
    void used(boolean used) {
        patience.used(used);
    }

    /// Drops ESP that has waited too long, and ends if the peer has not read for so long.
    void sweep(Duration stuck) {
        if (writer.sweep().compareTo(stuck) > 0) {
            finish("the peer does not read");
        }
    }

    /// Sends no more after what was sent, and goes on reading.
    void halfClose() {
        writer.end();
    }

    /// Closes after what was sent, in silence.
    void close() {
        synchronized (this) {
            closedByUs = true;
        }
        writer.end();
        patience.closing();
    }

    /// Closes at once, in silence.
    void abort() {
        synchronized (this) {
            closedByUs = true;
        }
        finish("closed");
    }

    private void framingKnown(StreamFraming framing) {
        TransportPath.Tcp known = new TransportPath.Tcp(id, framing, weOpened, local, remote);
        synchronized (this) {
            path = Optional.of(known);
        }
        inbound.path = Optional.of(known);
        patience.framing(framing);
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocate(SMALL_READ);
        int smallReads = 0;
        try {
            while (true) {
                buffer.clear();
                int octets = channel.read(buffer);
                if (octets < 0) {
                    inputEnded();
                    return;
                }
                buffer.flip();
                if (!take(buffer)) {
                    return;
                }
                smallReads = octets <= SMALL_READ ? smallReads + 1 : 0;
                if (octets == buffer.capacity() && octets < LARGE_READ) {
                    buffer = ByteBuffer.allocateDirect(LARGE_READ);
                } else if (buffer.capacity() == LARGE_READ
                        && smallReads > SMALL_READS_BEFORE_SHRINKING) {
                    buffer = ByteBuffer.allocate(SMALL_READ);
                }
            }
        } catch (IOException e) {
            finish(Reasons.of(e));
        } catch (RuntimeException | AssertionError e) {
            LOG.log(Level.ERROR, "connection with " + remote + " made us stumble", e);
            environment.counters().count("INTERNAL_ERROR");
            finish("an error of ours");
        }
    }

    /// Whether to read on.
    private boolean take(ByteBuffer received) {
        if (isConfirmed()) {
            framer.peerAuthenticated();
        }
        boolean wasMidMessage = framer.isMidMessage();
        long framesBefore = framer.frames();
        // the framing is told by octets in front of the first message, which needs the path
        Optional<StreamFault> fault = framer.feed(received, inbound);
        inbound.flush();
        if (framer.framing().isPresent() && inbound.path.isEmpty()) {
            framingKnown(framer.framing().get());
        }
        if (fault.isPresent()) {
            environment.counters().count("STREAM_" + fault.get());
            finish(fault.get().what());
            return false;
        }
        patience.received(
                framer.frames(),
                framer.isMidMessage() && (!wasMidMessage || framer.frames() > framesBefore),
                framer.isMidMessage(),
                framer.awaitsHeader());
        return true;
    }

    /// The peer says no more. What it asked is still answered (IT-026).
    private void inputEnded() {
        synchronized (this) {
            inputEnded = true;
        }
        patience.inputEnded();
        endIfAllIsSaid();
    }

    private void endIfAllIsSaid() {
        boolean outputOver;
        boolean ours;
        synchronized (this) {
            if (!inputEnded) {
                return;
            }
            outputOver = outputEnded;
            ours = closedByUs;
        }
        boolean allSaid = weOpened || ours || !patience.owesAnswers();
        if (outputOver || (allSaid && !patience.hasResponded())) {
            finish("closed by the peer");
        } else if (allSaid) {
            // the last response may still be on its way to the socket
            writer.end();
            patience.closing();
        }
    }

    /// All was written after the end was asked for.
    private void shutdownOutput() {
        boolean inputOver;
        synchronized (this) {
            outputEnded = true;
            inputOver = inputEnded;
        }
        if (inputOver) {
            finish("closed by the peer");
            return;
        }
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            finish(Reasons.of(e));
        }
    }

    private void finish(String reason) {
        boolean tell;
        Optional<TransportPath.Tcp> known;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            tell = !closedByUs;
            known = path;
        }
        patience.end();
        writer.close();
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "closing the connection with " + remote, e);
        }
        environment.ended().accept(this);
        if (tell && known.isPresent()) {
            environment.listener().connectionLost(known.get(), reason);
        }
    }

    private static boolean isResponse(Octets message) {
        return (message.u8(IKE_FLAGS_OFFSET) & RESPONSE_FLAG) != 0;
    }

    /// Hands on what the framer finds. For the reader's thread.
    private final class Inbound implements FrameSink {
        private Optional<TransportPath.Tcp> path = Optional.empty();
        private final List<PacketBuffer> esp = new ArrayList<>(2);

        @Override
        public void ike(Octets message) {
            flush();
            knowPath();
            patience.complete(!isResponse(message));
            environment.listener().received(path.orElseThrow(), message);
        }

        @Override
        public void esp(ByteBuffer packet) {
            knowPath();
            Optional<PacketBuffer> buffer = environment.pool().acquire();
            if (buffer.isEmpty()) {
                environment.counters().count("NO_BUFFER");
                return;
            }
            buffer.get().range(Network.HEADROOM, packet.remaining());
            buffer.get().byteBuffer().put(packet);
            esp.add(buffer.get());
            if (esp.size() == ESP_BATCH) {
                flush();
            }
        }

        @Override
        public void keepalive() {}

        @Override
        public void ignored(IgnoredFrame frame) {
            environment.counters().count("STREAM_" + frame);
        }

        private void knowPath() {
            if (path.isEmpty()) {
                framingKnown(framer.framing().orElseThrow());
            }
        }

        /// Hands the collected ESP packets to the data plane.
        private void flush() {
            if (!esp.isEmpty()) {
                PacketBuffer[] packets = esp.toArray(PacketBuffer[]::new);
                esp.clear();
                environment.intake().accept(packets, packets.length, new EspRoute.Tcp(id.value()));
            }
        }
    }
}
