package io.culvert.app.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Listens on the control socket. Each client has a thread of its own and a bounded time to say what it wants.
public final class ControlServer implements AutoCloseable {
    /// How often a client that waits is told that the daemon is alive.
    static final Duration HEARTBEAT = Duration.ofSeconds(2);

    private static final System.Logger LOG = System.getLogger(ControlServer.class.getName());
    private static final int LONGEST_REQUEST = 16 * 1024;
    private static final int MOST_CLIENTS = 64;

    private final SocketFile file;
    private final ControlHandler handler;
    private final Duration patience;
    private final Semaphore room = new Semaphore(MOST_CLIENTS);
    private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();

    private ControlServer(SocketFile file, ControlHandler handler, Duration patience) {
        this.file = file;
        this.handler = handler;
        this.patience = patience;
    }

    /// Listens at `socket` until closed.
    ///
    /// @throws ControlException if another daemon answers there, or the place cannot be used
    public static ControlServer open(Path socket, ControlHandler handler) throws ControlException {
        return open(socket, handler, Duration.ofSeconds(10));
    }

    /// @param patience how long a client may take to say what it wants
    static ControlServer open(Path socket, ControlHandler handler, Duration patience)
            throws ControlException {
        ControlServer server = new ControlServer(SocketFile.open(socket), handler, patience);
        Thread.ofVirtual().name("control").start(server::acceptAll);
        return server;
    }

    /// Stops listening, ends all clients and removes the socket file.
    @Override
    public void close() {
        file.close();
        clients.forEach(ControlServer::closeQuietly);
    }

    private void acceptAll() {
        try {
            while (true) {
                room.acquireUninterruptibly();
                SocketChannel client = file.channel().accept();
                clients.add(client);
                Thread.ofVirtual().name("control client").start(() -> serve(client));
            }
        } catch (ClosedChannelException stopped) {
            LOG.log(System.Logger.Level.DEBUG, "the control socket is closed");
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "the control socket broke: " + e.getMessage());
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            Replies replies = new Replies(client);
            Request request;
            try {
                request = Request.parse(readLine(client));
            } catch (IllegalArgumentException e) {
                replies.send(Reply.of(ExitCode.USAGE, String.valueOf(e.getMessage())).toJson());
                return;
            }
            CountDownLatch done = new CountDownLatch(1);
            Thread.ofVirtual().name("control heartbeat").start(() -> beat(replies, done));
            try {
                replies.send(answer(request, replies).toJson());
            } finally {
                done.countDown();
            }
        } catch (IOException gone) {
            LOG.log(System.Logger.Level.DEBUG, () -> "a control client went away: " + gone);
        } finally {
            clients.remove(client);
            room.release();
        }
    }

    private Reply answer(Request request, Replies replies) {
        try {
            return handler.handle(request, replies::progress);
        } catch (RuntimeException bug) {
            LOG.log(System.Logger.Level.ERROR, "a request broke the daemon: " + request, bug);
            return Reply.of(
                    ExitCode.FAILED, "the daemon could not do it: " + bug + "; see its log");
        }
    }

    private String readLine(SocketChannel client) throws IOException {
        CountDownLatch read = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> closeUnless(read, client));
        try {
            ByteBuffer buffer = ByteBuffer.allocate(LONGEST_REQUEST);
            while (buffer.hasRemaining()) {
                if (client.read(buffer) < 0) {
                    throw new IllegalArgumentException("the request has no end of line");
                }
                int size = buffer.position();
                if (size > 0 && buffer.get(size - 1) == '\n') {
                    return new String(buffer.array(), 0, size - 1, StandardCharsets.UTF_8);
                }
            }
            throw new IllegalArgumentException(
                    "the request is longer than " + LONGEST_REQUEST + " octets");
        } finally {
            read.countDown();
        }
    }

    private void closeUnless(CountDownLatch read, SocketChannel client) {
        try {
            if (!read.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                closeQuietly(client);
            }
        } catch (InterruptedException e) {
            closeQuietly(client);
        }
    }

    private static void beat(Replies replies, CountDownLatch done) {
        try {
            while (!done.await(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS)) {
                replies.sendQuietly("{\"alive\":true}");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, () -> "closing a control client: " + e);
        }
    }

    /// Writes lines to one client.
    private static final class Replies {
        private final SocketChannel client;
        private final ReentrantLock lock = new ReentrantLock();

        Replies(SocketChannel client) {
            this.client = client;
        }

        void progress(String text) {
            sendQuietly(Json.line(Json.object().put("progress", text)));
        }

        void sendQuietly(String line) {
            try {
                send(line);
            } catch (IOException gone) {
                LOG.log(System.Logger.Level.DEBUG, () -> "a control client went away: " + gone);
            }
        }

        void send(String line) throws IOException {
            ByteBuffer octets = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            lock.lock();
            try {
                while (octets.hasRemaining()) {
                    client.write(octets);
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
