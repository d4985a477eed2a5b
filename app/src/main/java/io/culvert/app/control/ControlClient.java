package io.culvert.app.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Asks a daemon through its control socket. Never waits longer than the daemon's silence may last.
public final class ControlClient {
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(15);
    private static final int READ_OCTETS = 16 * 1024;

    private final Path socket;
    private final Duration longestSilence;

    /// @param socket where the daemon listens
    public ControlClient(Path socket) {
        this(socket, LONGEST_SILENCE);
    }

    ControlClient(Path socket, Duration longestSilence) {
        this.socket = socket;
        this.longestSilence = longestSilence;
    }

    /// Asks, and waits for the reply.
    ///
    /// @param progress takes what the daemon tells in the meantime
    /// @throws ControlException if there is no daemon, or it went away or fell silent
    public Reply ask(Request request, Consumer<String> progress) throws ControlException {
        if (Files.notExists(socket)) {
            throw new ControlException(
                    "no daemon runs here: there is no socket "
                            + socket
                            + "; start one: culvert daemon --config FILE --control "
                            + socket);
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Selector selector = Selector.open()) {
            connect(channel);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            ByteBuffer line =
                    ByteBuffer.wrap((request.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
            while (line.hasRemaining()) {
                channel.write(line);
            }
            return read(channel, selector, progress);
        } catch (IOException e) {
            throw new ControlException(
                    "the daemon at " + socket + " went away: " + e.getMessage(), e);
        }
    }

    private void connect(SocketChannel channel) throws IOException, ControlException {
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (ConnectException e) {
            throw new ControlException(
                    "nobody answers at "
                            + socket
                            + ": the daemon has died; start it again: culvert daemon --config FILE",
                    e);
        } catch (IOException e) {
            throw new ControlException(
                    "the control socket "
                            + socket
                            + " cannot be used: "
                            + e.getMessage()
                            + "; run as the user of the daemon, or as root",
                    e);
        }
    }

    private Reply read(SocketChannel channel, Selector selector, Consumer<String> progress)
            throws IOException, ControlException {
        ByteArrayOutputStream pending = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(READ_OCTETS);
        while (selector.select(longestSilence.toMillis()) > 0) {
            selector.selectedKeys().clear();
            buffer.clear();
            if (channel.read(buffer) < 0) {
                throw new ControlException(
                        "the daemon at " + socket + " ended before it answered; see its log");
            }
            for (byte octet : Arrays.copyOf(buffer.array(), buffer.position())) {
                if (octet != '\n') {
                    pending.write(octet);
                    continue;
                }
                JsonNode node = parse(pending.toString(StandardCharsets.UTF_8));
                pending.reset();
                if (node.has("exit")) {
                    return Reply.of(node);
                }
                node.path("progress").stringValueOpt().ifPresent(progress);
            }
        }
        throw new ControlException(
                "the daemon at "
                        + socket
                        + " has said nothing for "
                        + longestSilence.toSeconds()
                        + " s; see its log, or restart it");
    }

    private JsonNode parse(String line) throws ControlException {
        try {
            return Json.parse(line);
        } catch (JacksonException e) {
            throw new ControlException(
                    "what answers at " + socket + " is no Culvert daemon; check --control", e);
        }
    }
}
