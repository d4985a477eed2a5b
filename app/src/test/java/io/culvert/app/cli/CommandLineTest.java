package io.culvert.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.app.control.ControlServer;
import io.culvert.app.control.ExitCode;
import io.culvert.app.control.Json;
import io.culvert.app.control.Reply;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;
import tools.jackson.databind.node.ObjectNode;

class CommandLineTest {
    @TempDir private Path folder;

    /// What a run of the program left.
    ///
    /// @param exit its exit code
    /// @param out what it printed
    /// @param err what it complained of
    private record Run(int exit, String out, String err) {}

    private static Run run(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        int exit = line.execute(texts);
        return new Run(exit, out.toString(), err.toString());
    }

    @Test
    void explainsWrongUsage() {
        assertThat(run())
                .isEqualTo(
                        new Run(
                                2,
                                "",
                                "culvert: a command is missing\nFor help: culvert --help\n"));
        assertThat(run("statu").err()).contains("Did you mean: culvert status");
        assertThat(run("up").exit()).isEqualTo(2);
        assertThat(run("pki").exit()).isEqualTo(2);
    }

    @Test
    @DisplayName("every command explains itself")
    void helps() {
        assertThat(run("--help").out()).contains("Exit codes: 0 done, 1 failed, 2 wrong usage");
        for (String command : Main.commandLine().getSubcommands().keySet()) {
            Run help = run(command, "--help");
            assertThat(help.exit()).as(command).isZero();
            assertThat(help.out()).as(command).contains("Usage: culvert " + command);
        }
        assertThat(run("--version").out()).startsWith("culvert ");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("up ends with the daemon's exit code, failures on standard error")
    void endsAsTheDaemonSays(ExitCode exit) throws Exception {
        Path socket = folder.resolve("s");
        try (ControlServer server =
                ControlServer.open(
                        socket,
                        (request, progress) -> {
                            progress.accept("trying " + request.connection().orElseThrow());
                            return Reply.of(exit, "the end");
                        })) {
            assertThat(server).isNotNull();
            boolean done = exit == ExitCode.DONE;
            assertThat(run("up", "home", "--control", socket))
                    .isEqualTo(
                            new Run(
                                    exit.number(),
                                    "trying home\n" + (done ? "the end\n" : ""),
                                    done ? "" : "the end\n"));
            assertThat(run("down", "home", "--control", socket).exit()).isEqualTo(exit.number());
        }
    }

    @Test
    void tellsThatThereIsNoDaemon() {
        Run run = run("status", "--control", folder.resolve("nowhere"));
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).startsWith("culvert: no daemon runs here");
    }

    private static ObjectNode status() {
        return (ObjectNode)
                Json.parse(
                        """
                        {"culvert":"1.0","crypto":"jdk","crypto-note":"libcrypto not found",
                         "data-plane":"userspace on culvert0",
                         "ike-sas":[{"id":3,"connection":"home","state":"established","role":"initiator",
                           "initiator-spi":"00000000000000aa","responder-spi":"00000000000000bb",
                           "local":{"address":"192.0.2.1","port":4500,"identity":"alice"},
                           "remote":{"address":"2001:db8::1","port":4500,"identity":"gate"},
                           "virtual-addresses":["10.9.0.1"],
                           "transport":"ike-tcp","transport-reason":"configured",
                           "transport-since":"2026-11-23T12:00:00Z","nat":{"local":true,"remote":false},
                           "proposal":"aes128gcm16-prfsha256-x25519",
                           "child-sas":[{"name":"net","inbound-spi":"c0000001","outbound-spi":"c0000002",
                             "transport":"udp","local-ts":["10.9.0.1/32"],"remote-ts":["10.0.0.0/8"],
                             "proposal":"aes128gcm16","octets-in":1500,"octets-out":99,
                             "packets-in":2,"packets-out":1}]}],
                         "down":[{"connection":"work","cause":"no answer\\nnext: check"}]}
                        """);
    }

    @Test
    void showsStatus() throws Exception {
        assertThat(String.join("\n", new StatusText(ZoneOffset.UTC).lines(status())))
                .isEqualToIgnoringNewLines(
                        """
                        culvert 1.0, cryptography by jdk, data plane userspace on culvert0
                          libcrypto not found

                        home  established, initiator  (#3)
                          local   192.0.2.1:4500  alice
                          remote  [2001:db8::1]:4500  gate
                          IKE     over ike-tcp since 2026-11-23 12:00:00: configured
                                  aes128gcm16-prfsha256-x25519, SPIs 00000000000000aa 00000000000000bb
                          NAT     in front of us
                          virtual 10.9.0.1
                          net     10.9.0.1/32 === 10.0.0.0/8
                                  ESP over udp, aes128gcm16, SPIs in c0000001 out c0000002
                                  in 2 packets 1.5 kB, out 1 packets 99 B

                        work  down
                          no answer
                          next: check\
                        """);
        Path socket = folder.resolve("s");
        try (ControlServer server =
                ControlServer.open(
                        socket,
                        (request, progress) ->
                                new Reply(ExitCode.DONE, List.of(), Optional.of(status())))) {
            assertThat(server).isNotNull();
            assertThat(Json.parse(run("status", "--json", "--control", socket).out()))
                    .isEqualTo(status());
            assertThat(run("status", "--control", socket).out()).contains("home  established");
        }
    }

    @Test
    @DisplayName(
            "a CA, certificates and a revocation list are made, keys private, nothing overwritten")
    void makesCertificates() throws Exception {
        Path ca = folder.resolve("ca");
        assertThat(run("pki", "ca", ca).exit()).isZero();
        Run issue = run("pki", "issue", ca, "gate.example.org", "192.0.2.1", "--kind", "ed25519");
        assertThat(issue.exit()).isZero();
        assertThat(issue.out()).contains("local = { auth = \"pubkey\", id = \"gate.example.org\"");
        Path key = ca.resolve("gate.example.org.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        String before = Files.readString(key);
        assertThat(run("pki", "issue", ca, "gate.example.org").exit()).isEqualTo(1);
        assertThat(Files.readString(key)).isEqualTo(before);
        assertThat(run("pki", "issue", ca, "old", "--days", "-1").exit()).isZero();
        assertThat(run("pki", "crl", ca, ca.resolve("old.pem")).exit()).isZero();
        assertThat(run("pki", "crl", ca).exit()).as("a list is replaced").isZero();
        assertThat(run("pki", "issue", folder, "x").err()).contains("make a CA first");
        assertThat(run("pki", "issue", ca, "@#zz").exit()).isEqualTo(2);
    }

    @Test
    @DisplayName("a CA below another makes a chain that a daemon takes from one PKCS #12 file")
    void makesChains() throws Exception {
        Path root = folder.resolve("root");
        Path below = folder.resolve("below");
        Path passphrase = Files.writeString(folder.resolve("pw"), "open sesame\n");
        Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-------"));
        assertThat(run("pki", "ca", root).exit()).isZero();
        assertThat(run("pki", "ca", below, "--below", root).err()).contains("--name");
        Run ca =
                run(
                        "pki",
                        "ca",
                        below,
                        "--below",
                        root,
                        "--name",
                        "Below",
                        "--crl-uri",
                        "http://crl.example/a");
        assertThat(ca.out()).contains("ca-certs = [\"" + root.resolve("ca.pem"));
        Run issue =
                run(
                        "pki",
                        "issue",
                        below,
                        "gate",
                        "--ocsp-uri",
                        "http://ocsp.example/",
                        "--crl-uri",
                        "http://crl.example/b");
        assertThat(issue.out())
                .contains("gate.pem\", \"" + below.resolve("ca.pem") + "\"], key = ");
        Run pkcs12 = run("pki", "pkcs12", below, "gate", "--passphrase-file", passphrase);
        assertThat(pkcs12.exit()).as(pkcs12.err()).isZero();
        String local = pkcs12.out().lines().toList().getLast();
        Path file =
                Files.writeString(
                        folder.resolve("c.toml"),
                        """
                        [connections.c]
                        LOCAL
                        remote = { auth = "pubkey", ca-certs = ["CA"], revocation = "ifuri" }
                        children.net = {}
                        """
                                .replace("LOCAL", local)
                                .replace("CA", root.resolve("ca.pem").toString()));
        assertThat(run("daemon", "--check", "--config", file))
                .isEqualTo(new Run(0, file + " is right; connections: 1\n", ""));
    }

    @Test
    @DisplayName(
            "--check tells all mistakes, one line each that an editor can jump to, and exits with 2")
    void checksConfigurations() throws Exception {
        Path file =
                Files.writeString(folder.resolve("c.toml"), "[lisen]\n[daemon]\nlog-level = 7\n");
        assertThat(run("daemon", "--check", "--config", file))
                .isEqualTo(
                        new Run(
                                2,
                                "",
                                """
                                culvert: the configuration is not right:
                                FILE:1:1: connections: there is no connection; add a table [connections.NAME]
                                FILE:1:1: lisen: this key is not known; did you mean "listen"?
                                FILE:3:1: daemon.log-level: 7 does not fit; write text in quotes
                                """
                                        .replace("FILE", file.toString())));
        Files.writeString(
                file,
                """
                [connections.c]
                local = { auth = "psk", id = "a" }
                remote = { auth = "psk", id = "b" }
                children.net = {}
                [secrets.s]
                psk-env = "PATH"
                """);
        assertThat(run("daemon", "--check", "--config", file))
                .isEqualTo(new Run(0, file + " is right; connections: 1\n", ""));
    }

    @Test
    void makesKeys() {
        assertThat(run("pki", "psk").out()).matches("0s[A-Za-z0-9+/]{43}=\n");
        assertThat(run("pki", "psk").out()).isNotEqualTo(run("pki", "psk").out());
        assertThat(run("pki", "psk", "--octets", "4").exit()).isEqualTo(2);
    }

    @Test
    void showsSizes() {
        assertThat(List.of(0L, 999L, 1000L, 1_234_567L, Long.MAX_VALUE))
                .extracting(StatusText::octets)
                .containsExactly("0 B", "999 B", "1.0 kB", "1.2 MB", "9223372.0 TB");
    }

    @Test
    void explainsRelaysThatMakeNoSense() {
        assertThat(run("relay").err()).contains("--listen", "--to");
        Run same = run("relay", "--listen", "tcp:127.0.0.1:0", "--to", "tcp:127.0.0.1:4500");
        assertThat(same.exit()).isEqualTo(2);
        assertThat(same.err()).contains("udp:");
        Run none = run("relay", "--listen", "tcp:127.0.0.1:0", "--to", "udp:[::1");
        assertThat(none.exit()).isEqualTo(2);
        assertThat(none.err()).contains("udp:ADDRESS[:PORT]");
        assertThat(run("relay", "--help").out())
                .contains("culvert relay --listen tcp:0.0.0.0:4500 --to udp:gateway.example.org");
    }

    @Test
    void saysWhichPortARelayCannotHave() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            Run run =
                    run(
                            "relay",
                            "--listen",
                            "tcp:127.0.0.1:" + taken.getLocalPort(),
                            "--to",
                            "udp:127.0.0.1");
            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.err()).contains(String.valueOf(taken.getLocalPort()));
        }
    }
}
