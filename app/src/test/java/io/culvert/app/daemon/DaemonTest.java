package io.culvert.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.culvert.app.config.Settings;
import io.culvert.app.config.SettingsFile;
import io.culvert.app.control.ControlClient;
import io.culvert.app.control.ControlException;
import io.culvert.app.control.ExitCode;
import io.culvert.app.control.Reply;
import io.culvert.app.control.Request;
import io.culvert.runtime.embed.BoundPorts;
import io.culvert.runtime.net.PortUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Two daemons of this process on the loopback interface, asked through their control sockets. Nothing carries packets,
/// so that no privilege is needed.
@Timeout(120)
class DaemonTest {
    private static final String SECRET = "correct horse battery staple";

    private static final String GATEWAY =
            """
            [daemon]
            control = "gateway.sock"
            [listen]
            addresses = ["127.0.0.1"]
            udp = 0
            udp-nat-traversal = 0
            ike-tcp = 0
            tcp-encapsulation = 0
            [data-plane]
            kind = "none"
            [connections.home]
            pools = ["rw"]
            proposals = ["aes128gcm16-prfsha256-x25519"]
            local = { auth = "psk", id = "gate.example.org" }
            remote = { auth = "psk", id = "alice@example.org" }
            [connections.home.children.net]
            local-ts = ["10.200.0.0/24"]
            esp-proposals = ["aes128gcm16"]
            [pools.rw]
            addresses = "10.9.0.0/24"
            [secrets.home]
            ids = ["alice@example.org", "gate.example.org"]
            psk = "SECRET"
            """
                    .replace("SECRET", SECRET);

    private static final String CLIENT =
            """
            [daemon]
            control = "client.sock"
            [listen]
            addresses = ["127.0.0.1"]
            udp = 0
            udp-nat-traversal = 0
            ike-tcp = false
            tcp-encapsulation = false
            [data-plane]
            kind = "none"
            [connections.home]
            remote-addresses = ["127.0.0.1"]
            remote-udp-port = UDP
            remote-nat-traversal-port = NATT
            remote-ike-tcp-port = TCP
            remote-tcp-port = TCP
            transports = ["TRANSPORT"]
            ike-tcp-policy = "always"
            retransmit-timeout = "1500ms"
            retransmit-base = 1
            retransmit-tries = 1
            vips = ["0.0.0.0"]
            proposals = ["aes128gcm16-prfsha256-x25519"]
            local = { auth = "psk", id = "alice@example.org" }
            remote = { auth = "psk", id = "gate.example.org" }
            [connections.home.children.net]
            remote-ts = ["10.200.0.0/24"]
            esp-proposals = ["aes128gcm16"]
            [connections.passive]
            local = { auth = "psk", id = "alice@example.org" }
            remote = { auth = "psk", id = "gate.example.org" }
            children.net = {}
            [secrets.home]
            ids = ["alice@example.org", "gate.example.org"]
            psk = "SECRET"
            """
                    .replace("SECRET", SECRET);

    @TempDir private Path folder;

    private final Everything log = new Everything();
    private Level usualLevel = Level.WARN;

    /// Keeps every line that is logged, at every level.
    private static final class Everything extends AppenderBase<ILoggingEvent> {
        private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

        @Override
        protected void append(ILoggingEvent event) {
            synchronized (lines) {
                lines.add(event.getFormattedMessage() + " " + event.getThrowableProxy());
                lines.notifyAll();
            }
        }

        /// Waits until so many lines have the text; the limit of the test is the limit here.
        void await(String text, int count) throws InterruptedException {
            synchronized (lines) {
                while (lines.stream().filter(line -> line.contains(text)).count() < count) {
                    lines.wait();
                }
            }
        }
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger("io.culvert");
    }

    @BeforeEach
    void listenToLog() {
        usualLevel = logger().getEffectiveLevel();
        logger().setLevel(Level.TRACE);
        logger().setAdditive(false);
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void logHoldsNoSecret() {
        logger().detachAppender(log);
        logger().setAdditive(true);
        logger().setLevel(usualLevel);
        assertThat(log.lines).as("the log was heard").isNotEmpty();
        assertThat(log.lines).noneMatch(line -> line.contains(SECRET));
    }

    private Daemon start(String toml) throws Exception {
        return start(toml, Optional.empty());
    }

    private Daemon start(String toml, Optional<Path> keyLog) throws Exception {
        Path file = folder.resolve("culvert.toml");
        Files.writeString(file, toml);
        var result = new SettingsFile(name -> Optional.empty(), Instant.now()).read(file);
        assertThat(result).isInstanceOf(SettingsFile.Result.Accepted.class);
        Settings settings = ((SettingsFile.Result.Accepted) result).settings();
        return Daemon.start(
                settings, new Daemon.Options("1.0", settings.daemon().control(), keyLog));
    }

    private Reply ask(String socket, Request.Verb verb, String connection) throws ControlException {
        Optional<String> name = connection.isEmpty() ? Optional.empty() : Optional.of(connection);
        Reply reply =
                new ControlClient(folder.resolve(socket))
                        .ask(
                                new Request(verb, name),
                                line -> assertThat(line).doesNotContain(SECRET));
        assertThat(reply.toString()).doesNotContain(SECRET);
        return reply;
    }

    private JsonNode status(String socket) throws ControlException {
        return ask(socket, Request.Verb.STATUS, "").status().orElseThrow();
    }

    private static String client(Daemon gateway, String transport) {
        BoundPorts ports = gateway.ports();
        return CLIENT.replace("UDP", String.valueOf(ports.udp()))
                .replace("NATT", String.valueOf(ports.natTraversal()))
                .replace("TCP", String.valueOf(ports.ikeTcp().orElseThrow()))
                .replace("TRANSPORT", transport);
    }

    @ParameterizedTest
    @ValueSource(strings = {"udp", "ike-tcp", "tcp-encapsulation"})
    @DisplayName("up, status and down over each transport; nothing is left at the end")
    void goesUpAndDown(String transport) throws Exception {
        try (Daemon gateway = start(GATEWAY);
                Daemon client = start(client(gateway, transport))) {
            assertThat(client.ports().udp()).isPositive();
            assertThat(ask("client.sock", Request.Verb.UP, "home"))
                    .isEqualTo(Reply.of(ExitCode.DONE, "home is up"));
            assertThat(ask("client.sock", Request.Verb.UP, "home"))
                    .isEqualTo(Reply.of(ExitCode.DONE, "home was up already"));
            JsonNode status = status("client.sock");
            JsonNode sa = status.path("ike-sas").path(0);
            assertThat(sa.path("connection").asString()).isEqualTo("home");
            assertThat(sa.path("state").asString()).isEqualTo("established");
            assertThat(sa.path("role").asString()).isEqualTo("initiator");
            assertThat(sa.path("transport").asString()).isEqualTo(transport);
            assertThat(sa.path("transport-reason").asString()).isNotBlank();
            assertThat(Instant.parse(sa.path("transport-since").asString()))
                    .isBeforeOrEqualTo(Instant.now());
            assertThat(sa.path("proposal").asString()).isEqualTo("aes128gcm16-prfsha256-x25519");
            assertThat(sa.path("virtual-addresses").path(0).asString()).startsWith("10.9.0.");
            JsonNode child = sa.path("child-sas").path(0);
            assertThat(child.path("name").asString()).isEqualTo("net");
            assertThat(child.path("transport").asString())
                    .isEqualTo(transport.equals("tcp-encapsulation") ? transport : "udp");
            assertThat(child.path("remote-ts").path(0).asString()).isEqualTo("10.200.0.0/24");
            assertThat(status.path("down").path(0).path("connection").asString())
                    .isEqualTo("passive");
            JsonNode other = status("gateway.sock").path("ike-sas").path(0);
            assertThat(other.path("role").asString()).isEqualTo("responder");
            assertThat(other.path("remote").path("identity").asString())
                    .isEqualTo("alice@example.org");
            assertThat(ask("client.sock", Request.Verb.DOWN, "home"))
                    .isEqualTo(Reply.of(ExitCode.DONE, "home is down: 1 IKE SA deleted"));
            assertThat(status("client.sock").path("ike-sas")).isEmpty();
            assertThat(status("gateway.sock").path("ike-sas")).isEmpty();
        }
        assertThat(left()).containsExactly("culvert.toml");
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).toList();
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    wrong secret    | psk = "correct horse battery staple" | psk = "wrong"             | AUTHENTICATION | authentication failed
                    wrong identity  | id = "alice@example.org" }           | id = "eve@example.org" }  | AUTHENTICATION | authentication failed
                    no IKE proposal | aes128gcm16-prfsha256-x25519         | aes256-sha512-modp3072    | INCOMPATIBLE   | nothing in common
                    no ESP proposal | esp-proposals = ["aes128gcm16"]      | esp-proposals = ["aes256-sha256"] | INCOMPATIBLE | nothing in common
                    wrong selectors | 10.200.0.0/24                        | 10.222.0.0/24             | INCOMPATIBLE   | nothing in common
                    """)
    @DisplayName("failures have exit codes and causes of their own, and leave no SA")
    void explainsFailures(String name, String right, String wrong, ExitCode exit, String cause)
            throws Exception {
        try (Daemon gateway = start(GATEWAY);
                Daemon client = start(client(gateway, "udp").replace(right, wrong))) {
            assertThat(client.ports().udp()).isPositive();
            Reply reply = ask("client.sock", Request.Verb.UP, "home");
            assertThat(reply.exit()).as(reply.toString()).isEqualTo(exit);
            assertThat(reply.lines().getFirst()).startsWith("home: " + cause);
            assertThat(reply.lines().getLast()).startsWith("  next step: ");
            assertThat(status("client.sock").path("down").path(0).path("cause").asString())
                    .contains(cause);
        }
        assertThat(left()).containsExactly("culvert.toml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"udp", "ike-tcp", "tcp-encapsulation"})
    @DisplayName("a peer that does not answer is unreachable, on every transport, in bounded time")
    void tellsUnreachable(String transport) throws Exception {
        String nobody;
        try (Daemon gateway = start(GATEWAY)) {
            nobody = client(gateway, transport).replace("1500ms", "300ms");
        }
        try (Daemon client = start(nobody)) {
            assertThat(client.ports().udp()).isPositive();
            Reply reply = ask("client.sock", Request.Verb.UP, "home");
            assertThat(reply.exit()).as(reply.toString()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(status("client.sock").path("ike-sas")).isEmpty();
        }
    }

    @Test
    @DisplayName("two that bring the same connection up at once get one IKE SA")
    void goesUpOnce() throws Exception {
        try (Daemon gateway = start(GATEWAY);
                Daemon client = start(client(gateway, "udp"))) {
            assertThat(client.ports().udp()).isPositive();
            Callable<Reply> up = () -> ask("client.sock", Request.Verb.UP, "home");
            try (ExecutorService two = Executors.newFixedThreadPool(2)) {
                for (Future<Reply> reply : two.invokeAll(List.of(up, up))) {
                    assertThat(reply.get().exit()).isEqualTo(ExitCode.DONE);
                }
            }
            assertThat(status("client.sock").path("ike-sas")).hasSize(1);
        }
    }

    @Test
    void explainsWhatCannotBeAsked() throws Exception {
        try (Daemon gateway = start(GATEWAY);
                Daemon client = start(client(gateway, "udp"))) {
            assertThat(client.ports().udp()).isPositive();
            assertThat(ask("client.sock", Request.Verb.UP, "nowhere"))
                    .isEqualTo(
                            Reply.of(
                                    ExitCode.USAGE,
                                    "there is no connection \"nowhere\"; configured: home, passive"));
            assertThat(ask("client.sock", Request.Verb.UP, "passive").exit())
                    .isEqualTo(ExitCode.USAGE);
            assertThat(ask("client.sock", Request.Verb.DOWN, "home"))
                    .isEqualTo(Reply.of(ExitCode.DONE, "home was down already"));
        }
    }

    @Test
    @DisplayName("start-action = start calls by itself")
    void startsByItself() throws Exception {
        try (Daemon gateway = start(GATEWAY);
                Daemon client =
                        start(
                                client(gateway, "udp")
                                        .replaceFirst(
                                                "remote-ts",
                                                "start-action = \"start\"\nremote-ts"))) {
            assertThat(client.ports().udp()).isPositive();
            // waits for the attempt that is under way
            Reply reply = ask("client.sock", Request.Verb.UP, "home");
            assertThat(reply.exit()).isEqualTo(ExitCode.DONE);
            assertThat(status("gateway.sock").path("ike-sas")).hasSize(1);
        }
    }

    @Test
    @DisplayName("a client that starts by itself comes back when its gateway does")
    void comesBack() throws Exception {
        String again;
        String itself;
        try (Daemon gateway = start(GATEWAY)) {
            again =
                    GATEWAY.replace("udp = 0", "udp = " + gateway.ports().udp())
                            .replace(
                                    "udp-nat-traversal = 0",
                                    "udp-nat-traversal = " + gateway.ports().natTraversal());
            itself =
                    client(gateway, "udp")
                            .replaceFirst("remote-ts", "start-action = \"start\"\nremote-ts")
                            .replaceFirst("vips", "restart-delay = \"100ms\"\nvips");
        }
        String established = "IKE SA established with gate.example.org";
        try (Daemon client = start(itself)) {
            assertThat(client.ports().udp()).isPositive();
            log.await("calling again", 1);
            try (Daemon gateway = start(again)) {
                assertThat(gateway.ports().udp()).isPositive();
                log.await(established, 1);
            }
            // the gateway said goodbye, and the next calls are in vain
            log.await("calling again", 3);
            try (Daemon gateway = start(again)) {
                assertThat(gateway.ports().udp()).isPositive();
                log.await(established, 2);
                assertThat(ask("client.sock", Request.Verb.DOWN, "home").exit())
                        .isEqualTo(ExitCode.DONE);
                assertThat(status("gateway.sock").path("ike-sas")).isEmpty();
            }
        }
    }

    @Test
    @DisplayName("a second daemon on the same socket, and one whose port is taken, leave nothing")
    void refusesToStart() throws Exception {
        try (Daemon gateway = start(GATEWAY)) {
            assertThatThrownBy(() -> start(GATEWAY))
                    .isInstanceOf(ControlException.class)
                    .hasMessageContaining("another daemon answers");
            String taken =
                    GATEWAY.replace("gateway.sock", "second.sock")
                            .replace("udp = 0", "udp = " + gateway.ports().udp());
            assertThatThrownBy(() -> start(taken))
                    .isInstanceOf(PortUnavailableException.class)
                    .hasMessageContaining("is in use");
            assertThat(left()).containsExactlyInAnyOrder("culvert.toml", "gateway.sock");
            assertThat(status("gateway.sock").path("culvert").asString()).isEqualTo("1.0");
        }
    }

    @Test
    @DisplayName("the key log has both SAs, in Wireshark's files, and the log says so loudly")
    void writesKeys() throws Exception {
        Path keys = folder.resolve("keys");
        try (Daemon gateway = start(GATEWAY);
                Daemon client = start(client(gateway, "udp"), Optional.of(keys))) {
            assertThat(client.ports().udp()).isPositive();
            assertThat(ask("client.sock", Request.Verb.UP, "home").exit()).isEqualTo(ExitCode.DONE);
            JsonNode sa = status("client.sock").path("ike-sas").path(0);
            assertThat(Files.readString(keys.resolve("ikev2_decryption_table")))
                    .contains(
                            sa.path("initiator-spi").asString()
                                    + ","
                                    + sa.path("responder-spi").asString()
                                    + ",");
            JsonNode child = sa.path("child-sas").path(0);
            assertThat(Files.readString(keys.resolve("esp_sa")))
                    .contains("0x" + child.path("inbound-spi").asString())
                    .contains("0x" + child.path("outbound-spi").asString());
        }
        assertThat(log.lines).anyMatch(line -> line.startsWith("KEYS ARE WRITTEN TO "));
        for (String line : Files.readAllLines(keys.resolve("ikev2_decryption_table"))) {
            for (String field : line.split(",", -1)) {
                boolean isKey = field.matches("[0-9a-f]{20,}");
                assertThat(isKey && log.lines.stream().anyMatch(l -> l.contains(field)))
                        .as("a key in the log")
                        .isFalse();
            }
        }
    }
}
