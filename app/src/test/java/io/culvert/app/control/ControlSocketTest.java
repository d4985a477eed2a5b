package io.culvert.app.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ControlSocketTest {
    private static final Request UP = new Request(Request.Verb.UP, Optional.of("home"));
    private static final Request STATUS = new Request(Request.Verb.STATUS, Optional.empty());

    @TempDir private Path folder;

    private Path socket() {
        return folder.resolve("new/control.sock");
    }

    private static Reply echo(Request request, java.util.function.Consumer<String> progress) {
        progress.accept("asked " + request);
        return new Reply(
                ExitCode.INCOMPATIBLE,
                List.of("one", "two"),
                Optional.of(Json.object().put("culvert", "1")));
    }

    @Test
    @DisplayName(
            "progress comes while it goes on, then the reply; the socket is private and goes away")
    void answers() throws Exception {
        List<String> progress = new ArrayList<>();
        try (ControlServer server = ControlServer.open(socket(), ControlSocketTest::echo)) {
            assertThat(server).isNotNull();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
                    .isEqualTo("rw-------");
            Reply reply = new ControlClient(socket()).ask(UP, progress::add);
            assertThat(reply).isEqualTo(echo(UP, line -> {}));
        }
        assertThat(progress).containsExactly("asked " + UP);
        assertThat(socket()).doesNotExist();
        assertThat(folder).as("the folder that was made is gone too").isEmptyDirectory();
    }

    @Test
    @DisplayName("a socket that nobody answers at is replaced")
    void replacesStaleSocket() throws Exception {
        Files.createDirectory(socket().getParent());
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(socket()));
        }
        assertThat(socket()).exists();
        assertThatThrownBy(() -> new ControlClient(socket()).ask(STATUS, line -> {}))
                .isInstanceOf(ControlException.class)
                .hasMessageContaining("nobody answers")
                .hasMessageContaining("start it again");
        try (ControlServer server = ControlServer.open(socket(), ControlSocketTest::echo)) {
            assertThat(server).isNotNull();
            assertThat(new ControlClient(socket()).ask(STATUS, line -> {}).lines()).hasSize(2);
        }
        assertThat(socket().getParent()).as("a folder that was there stays").isEmptyDirectory();
    }

    @Test
    @DisplayName("a second daemon on the same socket is refused and does the first no harm")
    void refusesSecondDaemon() throws Exception {
        try (ControlServer first = ControlServer.open(socket(), ControlSocketTest::echo)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> ControlServer.open(socket(), ControlSocketTest::echo))
                    .isInstanceOf(ControlException.class)
                    .hasMessage(
                            "another daemon answers at "
                                    + socket()
                                    + "; stop it, or choose another socket with --control");
            assertThat(new ControlClient(socket()).ask(STATUS, line -> {}).lines()).hasSize(2);
        }
    }

    @Test
    @DisplayName("a file that is no socket is left alone")
    void keepsOtherFiles() throws Exception {
        Path file = Files.writeString(folder.resolve("precious"), "text");
        assertThatThrownBy(() -> ControlServer.open(file, ControlSocketTest::echo))
                .isInstanceOf(ControlException.class)
                .hasMessageContaining("is not a socket");
        assertThat(file).hasContent("text");
    }

    @Test
    void tellsOfPathsThatAreTooLong() {
        Path path = folder.resolve("x".repeat(120));
        assertThatThrownBy(() -> ControlServer.open(path, ControlSocketTest::echo))
                .isInstanceOf(ControlException.class)
                .hasMessageContaining("longer than 100 characters");
    }

    @Test
    void tellsThatThereIsNoDaemon() {
        assertThatThrownBy(() -> new ControlClient(socket()).ask(STATUS, line -> {}))
                .isInstanceOf(ControlException.class)
                .hasMessageContaining("no daemon runs here");
    }

    @Test
    @DisplayName("a daemon that ends in the middle is told, and nobody hangs")
    void survivesDeathOfTheDaemon() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        ControlServer server =
                ControlServer.open(
                        socket(),
                        (request, progress) -> {
                            asked.countDown();
                            await(never);
                            return Reply.of(ExitCode.DONE);
                        });
        CompletableFuture<Void> client =
                CompletableFuture.runAsync(() ->
                        assertThatThrownBy(() -> new ControlClient(socket()).ask(UP, l -> {}))
                                .isInstanceOf(ControlException.class)
                                .hasMessageMatching(
                                        "the daemon at .* (ended before it answered|went away).*"));
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        server.close();
        client.get(10, TimeUnit.SECONDS);
        never.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    @DisplayName("a daemon that has nothing to say yet shows that it is alive")
    void beats() throws Exception {
        try (ServerSocketChannel silent = listening()) {
            assertThat(silent.isOpen()).isTrue();
            assertThatThrownBy(() ->
                            new ControlClient(socket(), Duration.ofMillis(200)).ask(UP, line -> {}))
                    .as("silence ends the wait")
                    .isInstanceOf(ControlException.class)
                    .hasMessageContaining("has said nothing for");
        }
        Files.delete(socket());
        CountDownLatch done = new CountDownLatch(1);
        Duration moreThanOneBeat = ControlServer.HEARTBEAT.plusMillis(700);
        try (ControlServer server =
                ControlServer.open(
                        socket(),
                        (request, progress) -> {
                            try {
                                done.await(
                                        moreThanOneBeat.multipliedBy(2).toMillis(),
                                        TimeUnit.MILLISECONDS);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return Reply.of(ExitCode.DONE);
                        })) {
            assertThat(server).isNotNull();
            assertThat(new ControlClient(socket(), moreThanOneBeat).ask(UP, line -> {}))
                    .isEqualTo(Reply.of(ExitCode.DONE));
        }
    }

    private ServerSocketChannel listening() throws IOException {
        Files.createDirectory(socket().getParent());
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket()));
    }

    @Test
    @DisplayName("something else that answers at the socket is told from a daemon")
    void tellsStrangers() throws Exception {
        try (ServerSocketChannel other = listening()) {
            CompletableFuture<Void> stranger =
                    CompletableFuture.runAsync(() -> {
                        try (SocketChannel client = other.accept()) {
                            client.read(ByteBuffer.allocate(1000));
                            client.write(octets("HTTP/1.1 400 Bad Request\n"));
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    });
            assertThatThrownBy(() -> new ControlClient(socket()).ask(STATUS, line -> {}))
                    .isInstanceOf(ControlException.class)
                    .hasMessageContaining("is no Culvert daemon");
            stranger.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    @DisplayName("a bug in the daemon is told, and the next request is answered")
    void survivesBugs() throws Exception {
        try (ControlServer server =
                ControlServer.open(
                        socket(),
                        (request, progress) -> {
                            throw new IllegalStateException("bug");
                        })) {
            assertThat(server).isNotNull();
            for (int i = 0; i < 2; i++) {
                assertThat(new ControlClient(socket()).ask(UP, line -> {}).lines().getFirst())
                        .contains("could not do it")
                        .contains("bug");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n",
                "{\n",
                "[]\n",
                "null\n",
                "{} {}\n",
                "{\"command\":7}\n",
                "{\"command\":\"up\"}\n",
                "{\"command\":\"up\",\"connection\":{}}\n",
                "{\"command\":\"rm -rf\"}\n",
            })
    @DisplayName("a malformed request is answered as wrong usage")
    void refusesBadRequests(String line) throws Exception {
        try (ControlServer server = ControlServer.open(socket(), ControlSocketTest::echo);
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            assertThat(server).isNotNull();
            client.write(octets(line));
            assertThat(all(client)).startsWith("{\"exit\":2,\"lines\":[\"the request");
        }
    }

    @Test
    @DisplayName("random octets, long lines and mute clients leave the server working")
    void survivesBadClients() throws Exception {
        Random random = new Random(7);
        try (ControlServer server =
                        ControlServer.open(
                                socket(), ControlSocketTest::echo, Duration.ofMillis(300));
                SocketChannel mute = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            assertThat(server).isNotNull();
            for (int i = 0; i < 200; i++) {
                byte[] noise = new byte[random.nextInt(3000)];
                random.nextBytes(noise);
                try (SocketChannel client =
                        SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
                    client.write(ByteBuffer.wrap(noise));
                }
            }
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
                client.write(octets("x".repeat(16 * 1024)));
                assertThat(all(client)).contains("longer than");
            }
            assertThat(mute.read(ByteBuffer.allocate(1)))
                    .as("a mute client is let go")
                    .isEqualTo(-1);
            assertThat(new ControlClient(socket()).ask(STATUS, line -> {}).lines()).hasSize(2);
        }
    }

    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String all(SocketChannel client) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(10_000);
        while (client.read(buffer) >= 0) {
            assertThat(buffer.hasRemaining()).isTrue();
        }
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }
}
