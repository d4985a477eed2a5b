package io.culvert.app.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/// A server on the loopback that answers each request as a test wants, well or badly. Closing it ends all.
final class StubHttp implements AutoCloseable {
    private final ServerSocket socket;
    private final Handler handler;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /// Answers one request.
    @FunctionalInterface
    interface Handler {
        /// Writes an answer, or waits, or does what no server should.
        ///
        /// @param path what the request names
        void answer(String path, OutputStream out) throws IOException, InterruptedException;
    }

    StubHttp(Handler handler) throws IOException {
        this.handler = handler;
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /// Serves `body` for every request.
    static StubHttp serving(byte[] body) throws IOException {
        return new StubHttp((_, out) -> respond(out, body));
    }

    static void respond(OutputStream out, byte[] body) throws IOException {
        write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
        out.write(body);
        out.flush();
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    String uri(String path) {
        return "http://127.0.0.1:" + socket.getLocalPort() + path;
    }

    /// The first lines of all requests so far.
    List<String> requests() {
        return requests;
    }

    /// Waits until the server is closed: for handlers that say nothing.
    void untilClosed() throws InterruptedException {
        closed.await();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        socket.close();
        for (Socket connection : open) {
            connection.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                open.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (SocketException _) {
            // closed
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(Socket connection) {
        try (connection;
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        connection.getInputStream(),
                                        StandardCharsets.ISO_8859_1))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                requests.add(line);
                long body = 0;
                for (String h = in.readLine(); h != null && !h.isEmpty(); h = in.readLine()) {
                    if (h.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                        body = Long.parseLong(h.substring(15).strip());
                    }
                }
                in.skip(body);
                handler.answer(line.split(" ", -1)[1], connection.getOutputStream());
            }
        } catch (IOException _) {
            // the client has gone
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
