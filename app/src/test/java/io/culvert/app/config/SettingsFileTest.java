package io.culvert.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.app.config.Settings.ConnectionSettings;
import io.culvert.app.config.Settings.DataPlaneKind;
import io.culvert.app.config.Settings.StartAction;
import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.ConnectionConfig.Uniqueness;
import io.culvert.ike.api.SelectorTemplate;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.session.HalfOpenAdmission;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.value.IpPrefix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsFileTest {
    private static final String GOOD =
            """
            [daemon]
            control = "culvert.sock"
            log-level = "debug"
            [listen]
            addresses = ["192.0.2.1", "2001:db8::1"]
            udp = 5500
            udp-nat-traversal = 5501
            ike-tcp = 5500
            ike-tcp-announce = 500
            tcp-encapsulation = [4500, 443]
            [data-plane]
            device = "tunnel7"
            mtu = 1300
            [connections.home]
            version = 2
            local-addresses = ["192.0.2.0/24"]
            remote-addresses = ["198.51.100.7", "vpn.example.org"]
            remote-tcp-port = 443
            transports = ["ike-tcp", "tcp-encapsulation"]
            transport-head-start = "2s"
            ike-tcp-policy = "always"
            proposals = ["default"]
            vips = ["0.0.0.0"]
            pools = ["rw"]
            unique = "replace"
            dpd-delay = "5m"
            restart-limit = "5m"
            retransmit-timeout = "500ms"
            retransmit-tries = 3
            retransmit-limit = "1s"
            local = { auth = "psk", id = "alice@example.org" }
            remote = { auth = "psk", id = "vpn.example.org" }
            [connections.home.children.net]
            remote-ts = ["10.0.0.0/8", "192.0.2.1-192.0.2.9[tcp/443]"]
            start-action = "start"
            close-action = "none"
            replay-window = 64
            life-bytes = 1000
            [pools.rw]
            addresses = "10.9.0.0/24"
            dns = ["10.9.0.1"]
            [secrets.home]
            ids = ["alice@example.org", "vpn.example.org"]
            psk = "0x00ff"
            [limits]
            cookie-threshold = 0
            block-threshold = 5
            init-limit-half-open = 50
            """;

    private static final String HOME =
            """
            local = { auth = "psk", id = "a" }
            remote = { auth = "psk", id = "b" }
            children.net = {}
            """;

    @TempDir private Path folder;

    private SettingsFile.Result read(String text, Map<String, String> environment) {
        return new SettingsFile(
                        name -> Optional.ofNullable(environment.get(name)),
                        Instant.parse("2026-11-23T00:00:00Z"))
                .read("culvert.toml", folder, text);
    }

    private Settings accepted(String text) {
        SettingsFile.Result result = read(text, Map.of());
        assertThat(result).isInstanceOf(SettingsFile.Result.Accepted.class);
        return ((SettingsFile.Result.Accepted) result).settings();
    }

    private String refused(String text) {
        SettingsFile.Result result = read(text, Map.of());
        assertThat(result).isInstanceOf(SettingsFile.Result.Refused.class);
        return lines(((SettingsFile.Result.Refused) result).problems());
    }

    private String warnings(String text) {
        SettingsFile.Result result = read(text, Map.of());
        assertThat(result).isInstanceOf(SettingsFile.Result.Accepted.class);
        return lines(((SettingsFile.Result.Accepted) result).warnings());
    }

    private static String lines(List<Problem> problems) {
        return String.join("", problems.stream().map(p -> p + "\n").toList());
    }

    @Test
    @DisplayName("every key of a good file arrives")
    void readsAll() {
        Settings settings = accepted(GOOD);
        assertThat(settings.daemon())
                .isEqualTo(
                        new Settings.DaemonSettings(
                                folder.resolve("culvert.sock"),
                                System.Logger.Level.DEBUG,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()));
        assertThat(settings.listen())
                .isEqualTo(
                        new Settings.ListenSettings(
                                List.of(
                                        IpPrefix.parseAddress("192.0.2.1"),
                                        IpPrefix.parseAddress("2001:db8::1")),
                                5500,
                                5501,
                                List.of(5500),
                                List.of(4500, 443),
                                OptionalInt.of(500)));
        assertThat(settings.dataPlane())
                .isEqualTo(
                        new Settings.DataPlaneSettings(DataPlaneKind.USERSPACE, "tunnel7", 1300));
        assertThat(settings.limits()).isEqualTo(new HalfOpenAdmission.Limits(0, 50, 5, 20));
        assertThat(settings.pools())
                .containsExactly(
                        new Settings.PoolSettings(
                                "rw",
                                IpPrefix.parse("10.9.0.0/24"),
                                List.of(IpPrefix.parseAddress("10.9.0.1"))));
        assertThat(settings.sharedKeys().entries().getFirst().key().expose())
                .containsExactly(0, 0xff);
        readsConnection(settings.connection("home").orElseThrow());
    }

    private static void readsConnection(ConnectionSettings home) {
        assertThat(home.remoteHosts()).containsExactly("198.51.100.7", "vpn.example.org");
        assertThat(home.ports()).isEqualTo(new Settings.RemotePorts(500, 4500, 500, 443));
        assertThat(home.startActions()).containsExactly(Map.entry("net", StartAction.START));
        assertThat(home.restart())
                .as("what starts by itself comes back by itself, unless told otherwise")
                .isEqualTo(
                        new Settings.RestartSettings(
                                true, false, Duration.ofSeconds(1), Duration.ofMinutes(5)));
        var config = home.config();
        assertThat(config.localAddresses()).containsExactly(IpPrefix.parse("192.0.2.0/24"));
        assertThat(config.remoteAddresses()).as("a host name admits all").isEmpty();
        assertThat(config.transports().choices())
                .last()
                .isEqualTo(new TransportChoice.TcpEncapsulation());
        assertThat(config.transports().headStart()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.transport())
                .isEqualTo(new TransportChoice.IkeTcp(TransportChoice.IkeTcpPolicy.ALWAYS, 1200));
        assertThat(config.local())
                .isEqualTo(
                        new LocalAuthentication.PreSharedKey(Identity.parse("alice@example.org")));
        assertThat(config.remote().identity().text()).isEqualTo("vpn.example.org");
        assertThat(config.uniqueness()).isEqualTo(Uniqueness.REPLACE);
        assertThat(config.pools()).containsExactly("rw");
        assertThat(config.timers().liveness()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.timers().retransmissions())
                .extracting(Duration::toMillis)
                .containsExactly(500L, 1000L, 1000L, 1000L);
        var net = config.children().getFirst();
        assertThat(net.local()).containsExactly(SelectorTemplate.Dynamic.ANY);
        assertThat(net.remote())
                .extracting(Object::toString)
                .containsExactly(
                        "Fixed[selector=10.0.0.0/8]", "Fixed[selector=192.0.2.1-192.0.2.9[6/443]]");
        assertThat(net.replayWindow()).isEqualTo(64);
        assertThat(net.lifetime().hardOctets()).isEqualTo(1000);
        assertThat(net.lifetime().softOctets()).isEqualTo(900);
    }

    @Test
    @DisplayName("IK-121: transport mode is taken between hosts, and refused between networks")
    void transportMode() {
        String hosts = "[connections.home.children.net]\nmode = \"transport\"\n";
        ChildConfig child =
                accepted(
                                GOOD.replaceAll(
                                        "(?s)\\[connections\\.home\\.children.*?life-bytes = 1000\n",
                                        hosts))
                        .connections()
                        .getFirst()
                        .config()
                        .children()
                        .getFirst();
        assertThat(child.mode()).isEqualTo(ChildSaSpec.Mode.TRANSPORT);
        assertThat(refused(GOOD.replace("replay-window = 64", "mode = \"transport\"")))
                .contains("children.net.mode: is \"transport\", which is between two hosts;");
    }

    @Test
    @DisplayName(
            "all mistakes are told at once, each with line, column, key and what would be right")
    void tellsAllMistakes() {
        assertThat(
                        refused(
                                """
                                [daemon]
                                log-level = "verbose"
                                [lisen]
                                udp = 500
                                [listen]
                                udp = 70000
                                addresses = ["192.0.2.300"]
                                [connections.home]
                                dpd-dely = "30s"
                                dpd-delay = "soon"
                                transports = ["tcp-encap"]
                                remote-addresses = ["1.2.3", "no host"]
                                proposals = ["rot13"]
                                pools = ["rv"]
                                vips = [7]
                                local = { auth = "sim", id = "alice" }
                                remote = { auth = "pubkey", ca-certs = ["missing.pem"] }
                                [connections.home.children.net]
                                local-ts = "10.0.0.0/33"
                                mode = "beet"
                                start-action = "trap"
                                dpd-action = "trap"
                                close-action = "restrat"
                                [pools.rw]
                                addresses = "10.9.0.0/24"
                                [secrets.home]
                                ids = ["alice"]
                                """))
                .isEqualTo(
                        """
                        culvert.toml:2:1: daemon.log-level: "verbose" is not known here; write one of "debug", "error", "info", "trace", "warning"
                        culvert.toml:3:1: lisen: this key is not known; did you mean "listen"?
                        culvert.toml:6:1: listen.udp: 70000 is out of range; write a whole number from 0 to 65535
                        culvert.toml:7:14: listen.addresses[0]: "192.0.2.300" is not an IP address; write an IPv4 or IPv6 address
                        culvert.toml:9:1: connections.home.dpd-dely: this key is not known; did you mean "dpd-delay"?
                        culvert.toml:10:1: connections.home.dpd-delay: "soon" is not a duration; write a number with its unit, such as "30s"
                        culvert.toml:11:15: connections.home.transports[0]: "tcp-encap" is not a transport; write "udp", "ike-tcp", "tcp-encapsulation" or "separate"
                        culvert.toml:12:21: connections.home.remote-addresses[0]: "1.2.3" is neither an IP address nor a prefix; write a host name, an address, a prefix, or "%any"
                        culvert.toml:12:30: connections.home.remote-addresses[1]: "no host" is neither a host name nor an address; write a host name, an address, a prefix, or "%any"
                        culvert.toml:13:14: connections.home.proposals[0]: proposal "rot13": "rot13" is not known here, the nearest word is "sha1"; write algorithms as strongSwan does, such as "aes128gcm16-prfsha256-x25519", or "default"
                        culvert.toml:14:10: connections.home.pools[0]: there is no pool "rv"; did you mean "rw"?
                        culvert.toml:15:9: connections.home.vips[0]: 7 is not text; write text in quotes
                        culvert.toml:16:11: connections.home.local.auth: "sim" is not known here; write one of "eap", "eap-mschapv2", "eap-tls", "null", "psk", "pubkey"
                        culvert.toml:17:41: connections.home.remote.ca-certs[0]: FOLDER/missing.pem does not exist; name a file that can be read; relative names start from the folder of this configuration
                        culvert.toml:19:1: connections.home.children.net.local-ts: "10.0.0.0/33" is neither an IP address nor a prefix; write "dynamic", an address, a prefix or a range, if wanted with [protocol/port]: "10.0.0.0/8[tcp/443]"
                        culvert.toml:20:1: connections.home.children.net.mode: "beet" is not known here; write one of "transport", "tunnel"
                        culvert.toml:21:1: connections.home.children.net.start-action: "trap" is not supported in this version; write "start" or "none"
                        culvert.toml:22:1: connections.home.children.net.dpd-action: "trap" is not supported in this version; write "restart" or "clear"
                        culvert.toml:23:1: connections.home.children.net.close-action: "restrat" is not known here, did you mean "restart"?; write one of "clear", "none", "restart", "start"
                        culvert.toml:26:1: secrets.home.psk: there is no secret; write psk = "…", psk-file = "home.psk" or psk-env = "NAME_OF_A_VARIABLE"; for EAP the same with eap, for a PPK with ppk
                        """
                                .replace("FOLDER", folder.toString()));
    }

    @Test
    @DisplayName(
            "broken TOML is told by line, and nothing that may have been skipped is called missing")
    void tellsSyntax() {
        assertThat(refused("[connections.home]\nlocal = \nversion = 1\n[x"))
                .contains("culvert.toml:2:9: ")
                .contains("culvert.toml:3:1: connections.home.version: IKEv1 is not supported")
                .doesNotContain("missing");
    }

    @Test
    void tellsWhatIsMissing() {
        assertThat(refused(""))
                .isEqualTo(
                        "culvert.toml:1:1: connections: there is no connection; add a table [connections.NAME]\n");
        assertThat(refused("[connections.home]\n"))
                .isEqualTo(
                        """
                        culvert.toml:1:1: connections.home.local: is missing; write local = { auth = "psk", id = "…" }
                        culvert.toml:1:1: connections.home.remote: is missing; write remote = { auth = "psk", id = "…" }
                        culvert.toml:1:1: connections.home.children: there is no child, so nothing would be protected; add a table [connections.home.children.net]
                        """);
        assertThat(refused("[connections.home]\n" + HOME))
                .isEqualTo(
                        """
                        culvert.toml:1:1: connections.home.remote: no secret is shared with "b"; add a table [secrets.home] with ids = ["a", "b"] and psk-file = "…"
                        """);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    psk = ""                       | the secret is empty
                    psk = "0xzz"                   | the secret starts like an encoded one but cannot be decoded
                    psk = "0s!!"                   | the secret starts like an encoded one but cannot be decoded
                    psk = 7                        | the secret is not text
                    psk-file = "nowhere"           | nowhere does not exist
                    psk-env = "UNSET"              | the environment variable UNSET is not set
                    psk = "x" AND psk-env = "UNSET" | there is more than one secret
                    """)
    void refusesBadSecrets(String line, String what) {
        assertThat(
                        refused(
                                "[connections.home]\n"
                                        + HOME
                                        + "[secrets.home]\n"
                                        + line.replace(" AND ", "\n")))
                .contains(what);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"0x31337secret\"", "31337", "31337secret", "'31337", "[\"31337\"]"})
    @DisplayName("a mistake in a secret never shows the secret")
    void hidesSecrets(String secret) {
        assertThat(
                        refused(
                                "[connections.home]\n"
                                        + HOME
                                        + "[secrets.home]\npsk = "
                                        + secret
                                        + "\n"))
                .contains("the secret ")
                .doesNotContain("31337");
    }

    @Test
    void readsSecretsFromFilesAndEnvironment() throws IOException {
        Path file = Files.writeString(folder.resolve("home.psk"), "from a file\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        String text =
                "[connections.home]\n"
                        + HOME
                        + "[secrets.f]\npsk-file=\"home.psk\"\n[secrets.e]\npsk-env=\"PSK\"\n";
        var result = (SettingsFile.Result.Accepted) read(text, Map.of("PSK", "from outside"));
        assertThat(result.warnings()).isEmpty();
        assertThat(result.settings().sharedKeys().entries())
                .extracting(e -> new String(e.key().expose(), StandardCharsets.UTF_8))
                .containsExactly("from a file", "from outside");
    }

    @Test
    void warnsOfSecretsThatOthersCanRead() throws IOException {
        Path file = Files.writeString(folder.resolve("home.psk"), "secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(warnings("[connections.home]\n" + HOME + "[secrets.f]\npsk-file=\"home.psk\"\n"))
                .isEqualTo(
                        "culvert.toml:6:1: warning: secrets.f.psk-file: other users may read or change this"
                                + " secret; run: chmod 600 "
                                + file
                                + "\n");
    }

    @Test
    void warnsOfKeysWithoutEffect() {
        assertThat(warnings(GOOD.replace("[daemon]\n", "[daemon]\nmetrics = true\n")))
                .contains("daemon.metrics: has no effect in this version");
    }

    @Test
    @DisplayName("a file that is not there is a problem like any other")
    void tellsOfAMissingFile() {
        Path nowhere = folder.resolve("nowhere.toml");
        var result = new SettingsFile(name -> Optional.empty(), Instant.EPOCH).read(nowhere);
        assertThat(result)
                .isEqualTo(
                        new SettingsFile.Result.Refused(
                                List.of(
                                        new Problem(
                                                Problem.Severity.ERROR,
                                                nowhere.toString(),
                                                1,
                                                1,
                                                "",
                                                "the file does not exist",
                                                "name the configuration: --config FILE"))));
    }

    @Test
    @DisplayName("any text gives settings or problems with a place, never an exception")
    void isTotal() {
        Random random = new Random(42);
        String alphabet = GOOD + "\u0000\ud83d\ude00\t\\'";
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder(GOOD);
            for (int changes = random.nextInt(1, 8); changes > 0; changes--) {
                int at = random.nextInt(text.length());
                int end = Math.min(text.length(), at + random.nextInt(1, 12));
                int from = random.nextInt(alphabet.length() - 12);
                switch (random.nextInt(3)) {
                    case 0 -> text.delete(at, end);
                    case 1 -> text.insert(at, alphabet, from, from + random.nextInt(12));
                    default -> text.replace(at, end, alphabet.substring(from, from + end - at));
                }
            }
            String mutant = text.toString();
            if (read(mutant, Map.of()) instanceof SettingsFile.Result.Refused refused) {
                assertThat(refused.problems())
                        .as(mutant)
                        .isNotEmpty()
                        .allMatch(p -> p.line() >= 1 && p.column() >= 1)
                        .noneMatch(p -> p.what().isBlank() || p.right().isBlank());
            }
        }
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "dynamic, 'Dynamic[protocol=0, startPort=0, endPort=65535]'",
        "dynamic[udp/53], 'Dynamic[protocol=17, startPort=53, endPort=53]'",
        "'10.0.0.0/8[tcp/80-90]', 'Fixed[selector=10.0.0.0/8[6/80-90]]'",
        "2001:db8::/32, Fixed[selector=2001:db8:0:0:0:0:0:0/32]",
        "'::1[/7]', 'Fixed[selector=0:0:0:0:0:0:0:1/128[0/7]]'",
        "10.0.0.1[89], 'Fixed[selector=10.0.0.1/32[89]]'",
    })
    void readsSelectors(String text, String selector) {
        assertThat(Notation.selector(text)).hasToString(selector);
    }
}
