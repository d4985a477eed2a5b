package io.culvert.app.config;

import io.culvert.app.config.Settings.ConnectionSettings;
import io.culvert.app.config.Settings.DaemonSettings;
import io.culvert.app.config.Settings.DataPlaneKind;
import io.culvert.app.config.Settings.DataPlaneSettings;
import io.culvert.app.config.Settings.ListenSettings;
import io.culvert.app.config.Settings.PoolSettings;
import io.culvert.app.radius.RadiusSettings;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ike.session.HalfOpenAdmission;
import io.culvert.ipsec.value.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;

/// Reads a configuration file as a whole: either settings that are right, or every mistake at once.
public final class SettingsFile {
    /// Where the control socket is unless the file says otherwise.
    public static final Path CONTROL = Path.of("/run/culvert/control.sock");

    private static final TomlPosition START = TomlPosition.positionAt(1, 1);
    private static final int LAST_PORT = 65_535;
    private static final int USUAL_MTU = 1400;
    private static final int SMALLEST_MTU = 576;
    private static final int LARGEST_MTU = 9000;
    private static final String ADDRESS_RIGHT = "write an IPv4 or IPv6 address";
    private static final List<InetAddress> ANY_ADDRESS =
            List.of(IpPrefix.parseAddress("0.0.0.0"), IpPrefix.parseAddress("::"));
    private static final String DEVICE_RIGHT =
            "write 1 to 15 letters, digits, \"-\", \"_\" or \".\"";
    private static final Map<String, System.Logger.Level> LEVELS =
            Map.of(
                    "error", System.Logger.Level.ERROR,
                    "warning", System.Logger.Level.WARNING,
                    "info", System.Logger.Level.INFO,
                    "debug", System.Logger.Level.DEBUG,
                    "trace", System.Logger.Level.TRACE);

    private static final Pattern SECRET = Pattern.compile("psk|eap|\\bsecret\\b");

    private final Function<String, Optional<String>> environment;
    private final Instant now;

    /// @param environment the environment variables, or nothing for names that are not set
    /// @param now the time of day, for the validity of our own certificates
    public SettingsFile(Function<String, Optional<String>> environment, Instant now) {
        this.environment = environment;
        this.now = now;
    }

    /// What came of reading a file.
    public sealed interface Result {
        /// The settings are right.
        ///
        /// @param warnings what somebody should look at
        record Accepted(Settings settings, List<Problem> warnings) implements Result {}

        /// They are not.
        ///
        /// @param problems errors and warnings in the order of the file
        record Refused(List<Problem> problems) implements Result {}
    }

    /// Reads `file` and everything that it names.
    public Result read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            return unreadable(
                    file, "the file does not exist", "name the configuration: --config FILE");
        } catch (AccessDeniedException e) {
            return unreadable(file, "the file may not be read by this user", "run as its owner");
        } catch (CharacterCodingException e) {
            return unreadable(file, "the file is not text in UTF-8", "save it as UTF-8");
        } catch (IOException e) {
            return unreadable(file, "the file cannot be read: " + e, "name a readable file");
        }
        Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
        return read(file.toString(), folder, text);
    }

    /// Reads a configuration from text.
    ///
    /// @param name the file, as it is named in problems
    /// @param folder where relative file names start
    Result read(String name, Path folder, String text) {
        TomlParseResult toml = Toml.parse(text);
        Problems problems = new Problems(name, toml.hasErrors());
        for (TomlParseError error : toml.errors()) {
            problems.error(
                    error.position(),
                    "",
                    what(error, text),
                    "this is not TOML, see https://toml.io");
        }
        Section root = new Section(toml, "", START, problems);
        CredentialFiles files = new CredentialFiles(folder, environment);
        DaemonSettings daemon = daemon(root, folder);
        ListenSettings listen = listen(root);
        HalfOpenAdmission.Limits limits =
                root.section("limits")
                        .map(LimitsReader::read)
                        .orElse(HalfOpenAdmission.Limits.DEFAULT);
        DataPlaneSettings dataPlane = dataPlane(root);
        List<PoolSettings> pools = pools(root);
        Map<String, Section> secrets = root.named("secrets");
        SecretsReader secretsReader = new SecretsReader(files, environment);
        SecretsReader.Secrets keys = secretsReader.read(secrets);
        Optional<RadiusSettings> radius =
                root.section("radius").flatMap(s -> RadiusReader.read(s, secretsReader));
        boolean allKeysRead = keys.count() == secrets.size();
        List<ConnectionSettings> connections = connections(root, files, keys, allKeysRead);
        if (!root.has("connections")) {
            root.missing("connections", "there is no connection", "add a table [connections.NAME]");
        }
        root.complainOfUnknownKeys();
        return problems.hasErrors()
                ? new Result.Refused(problems.inOrder())
                : new Result.Accepted(
                        new Settings(
                                daemon,
                                listen,
                                limits,
                                dataPlane,
                                connections,
                                pools,
                                keys.preShared(),
                                keys.eap(),
                                radius),
                        problems.inOrder());
    }

    /// The parser's message, which quotes the file, unless the line holds a secret.
    private static String what(TomlParseError error, String text) {
        boolean secret =
                text.lines()
                        .skip(error.position().line() - 1L)
                        .findFirst()
                        .filter(line -> SECRET.matcher(line).find())
                        .isPresent();
        return secret ? "the secret is not written right" : String.valueOf(error.getMessage());
    }

    private static Result unreadable(Path file, String what, String right) {
        return new Result.Refused(
                List.of(
                        new Problem(
                                Problem.Severity.ERROR, file.toString(), 1, 1, "", what, right)));
    }

    private static DaemonSettings daemon(Section root, Path folder) {
        Optional<Section> section = root.section("daemon");
        Path control = section.flatMap(s -> s.text("control")).map(folder::resolve).orElse(CONTROL);
        System.Logger.Level level =
                section.flatMap(s -> s.choice("log-level", LEVELS))
                        .orElse(System.Logger.Level.INFO);
        Optional<Path> crashSecret =
                section.flatMap(s -> s.text("crash-secret")).map(folder::resolve);
        Optional<Path> ticketKeys =
                section.flatMap(s -> s.text("ticket-keys")).map(folder::resolve);
        Optional<Path> tickets = section.flatMap(s -> s.text("tickets")).map(folder::resolve);
        section.ifPresent(s -> {
            s.withoutEffect("metrics", "use: culvert status --json");
            s.complainOfUnknownKeys();
        });
        return new DaemonSettings(control, level, crashSecret, ticketKeys, tickets);
    }

    private static ListenSettings listen(Section root) {
        Optional<Section> section = root.section("listen");
        if (section.isEmpty()) {
            return new ListenSettings(
                    ANY_ADDRESS, 500, 4500, List.of(500), List.of(4500), OptionalInt.of(500));
        }
        Section s = section.get();
        List<InetAddress> addresses = s.parsedAll("addresses", Notation::address, ADDRESS_RIGHT);
        List<Integer> ikeTcp = s.ports("ike-tcp", List.of(500));
        List<Integer> encapsulation = s.ports("tcp-encapsulation", List.of(4500));
        long usualAnnouncement = ikeTcp.isEmpty() ? 0 : ikeTcp.getFirst();
        int announced = (int) s.number("ike-tcp-announce", 1, LAST_PORT, usualAnnouncement);
        ListenSettings listen =
                new ListenSettings(
                        addresses.isEmpty() ? ANY_ADDRESS : addresses,
                        (int) s.number("udp", 0, LAST_PORT, 500),
                        (int) s.number("udp-nat-traversal", 0, LAST_PORT, 4500),
                        ikeTcp,
                        encapsulation,
                        announced == 0 ? OptionalInt.empty() : OptionalInt.of(announced));
        if (listen.udp() != 0 && listen.udp() == listen.natTraversal()) {
            s.error(
                    "udp-nat-traversal",
                    "is the same port as udp",
                    "write two ports: the usual ones are 500 and 4500");
        }
        s.complainOfUnknownKeys();
        return listen;
    }

    private static DataPlaneSettings dataPlane(Section root) {
        Optional<Section> section = root.section("data-plane");
        DataPlaneKind kind =
                section.flatMap(s ->
                                s.choice(
                                        "kind",
                                        Map.of(
                                                "userspace", DataPlaneKind.USERSPACE,
                                                "none", DataPlaneKind.NONE)))
                        .orElse(DataPlaneKind.USERSPACE);
        String device =
                section.flatMap(s -> s.parsed("device", SettingsFile::deviceName, DEVICE_RIGHT))
                        .orElse("culvert0");
        int mtu =
                section.map(s -> (int) s.number("mtu", SMALLEST_MTU, LARGEST_MTU, USUAL_MTU))
                        .orElse(USUAL_MTU);
        section.ifPresent(Section::complainOfUnknownKeys);
        return new DataPlaneSettings(kind, device, mtu);
    }

    private static String deviceName(String text) {
        if (!text.matches("[A-Za-z0-9_.-]{1,15}") || text.matches("\\.{1,2}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a device name");
        }
        return text;
    }

    private static List<PoolSettings> pools(Section root) {
        List<PoolSettings> pools = new ArrayList<>();
        root.named("pools")
                .forEach((name, section) -> {
                    Optional<IpPrefix> addresses =
                            section.parsed(
                                    "addresses",
                                    Notation::prefix,
                                    "write a prefix such as \"10.9.0.0/24\"");
                    List<InetAddress> dns =
                            section.parsedAll("dns", Notation::address, ADDRESS_RIGHT);
                    if (!section.has("addresses")) {
                        section.missing(
                                "addresses", "is missing", "write addresses = \"10.9.0.0/24\"");
                    }
                    section.complainOfUnknownKeys();
                    addresses.ifPresent(a -> pools.add(new PoolSettings(name, a, dns)));
                });
        return pools;
    }

    private List<ConnectionSettings> connections(
            Section root, CredentialFiles files, SecretsReader.Secrets keys, boolean allKeysRead) {
        Set<String> poolNames = root.section("pools").map(Section::keys).orElse(Set.of());
        ConnectionReader reader =
                new ConnectionReader(new AuthenticationReader(files, now), poolNames, keys.ppks());
        List<ConnectionSettings> connections = new ArrayList<>();
        root.named("connections")
                .forEach((name, section) -> {
                    Optional<ConnectionSettings> read = reader.read(name, section);
                    read.ifPresent(connection -> {
                        connections.add(connection);
                        complainOfMissingRadius(root, section, connection);
                        if (allKeysRead) {
                            complainOfMissingSecret(section, connection, keys.preShared());
                            complainOfMissingPassword(section, connection, keys.eap());
                        }
                    });
                });
        return connections;
    }

    private static void complainOfMissingSecret(
            Section section, ConnectionSettings connection, SharedKeys keys) {
        LocalAuthentication local = connection.config().local();
        RemoteAuthentication remote = connection.config().remote();
        boolean wanted =
                local instanceof LocalAuthentication.PreSharedKey
                        || remote instanceof RemoteAuthentication.PreSharedKey;
        if (wanted && keys.entries().stream().noneMatch(e -> serves(e, remote.identity()))) {
            section.missing(
                    "remote",
                    "no secret is shared with \"" + remote.identity() + "\"",
                    "add a table [secrets."
                            + connection.config().name()
                            + "] with ids = [\""
                            + local.identity()
                            + "\", \""
                            + remote.identity()
                            + "\"] and psk-file = \"…\"");
        }
    }

    private static void complainOfMissingRadius(
            Section root, Section section, ConnectionSettings connection) {
        if (connection.config().remote() instanceof RemoteAuthentication.Eap them
                && them.backend().equals("eap-radius")
                && !root.has("radius")) {
            section.missing(
                    "remote",
                    "there is no RADIUS server",
                    "add a table [radius] with servers = [\"…\"] and secret-file = \"…\"");
        }
    }

    private static void complainOfMissingPassword(
            Section section, ConnectionSettings connection, SharedKeys passwords) {
        String table = connection.config().name();
        if (connection.config().local() instanceof LocalAuthentication.Eap us
                && us.backend().equals("eap-mschapv2")
                && passwords.entries().stream()
                        .noneMatch(e -> serves(e, new IdentityPattern(us.name())))) {
            section.missing(
                    "local",
                    "there is no password of \"" + us.name() + "\"",
                    "add a table [secrets."
                            + table
                            + "] with ids = [\""
                            + us.name()
                            + "\"] and eap-file = \"…\"");
        }
        if (connection.config().remote() instanceof RemoteAuthentication.Eap them
                && them.backend().equals("eap-mschapv2")
                && passwords.entries().isEmpty()) {
            section.missing(
                    "remote",
                    "there is no password of anybody",
                    "add tables [secrets.NAME] with ids = [\"…\"] and eap-file = \"…\"");
        }
    }

    private static boolean serves(SharedKeys.Entry entry, IdentityPattern remote) {
        boolean several = remote.text().equals("%any") || remote.text().startsWith("*");
        return several
                || entry.owners().isEmpty()
                || entry.owners().stream().anyMatch(o -> o.accepts(Identity.parse(remote.text())));
    }
}
