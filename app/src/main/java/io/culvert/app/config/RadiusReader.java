package io.culvert.app.config;

import io.culvert.app.radius.RadiusSettings;
import io.culvert.app.radius.RadiusSettings.Server;
import io.culvert.ipsec.value.KeyMaterial;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the table `[radius]`.
final class RadiusReader {
    private static final String SERVER_RIGHT =
            "write \"10.0.0.5\", \"radius.example.org:1812\" or \"[2001:db8::5]:1812\"";
    private static final Pattern SERVER =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9._-]+))(?::(\\d{1,5}))?");
    private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(2);
    private static final int USUAL_TRIES = 3;
    private static final int MOST_TRIES = 10;
    private static final int LAST_PORT = 65_535;
    private static final int MOST_NAME = 63;

    private RadiusReader() {}

    /// The settings, unless something is wrong.
    static Optional<RadiusSettings> read(Section section, SecretsReader secrets) {
        List<Server> servers = section.parsedAll("servers", RadiusReader::server, SERVER_RIGHT);
        if (!section.has("servers")) {
            section.missing("servers", "is missing", SERVER_RIGHT);
        }
        Optional<KeyMaterial> secret = secrets.radius(section);
        Duration timeout =
                section.parsed(
                                "timeout",
                                RadiusReader::timeout,
                                "write a duration from \"100ms\" to \"30s\"")
                        .orElse(USUAL_TIMEOUT);
        int tries = (int) section.number("tries", 1, MOST_TRIES, USUAL_TRIES);
        String name =
                section.parsed("nas-identifier", RadiusReader::name, "write 1 to 63 letters")
                        .orElse("culvert");
        section.complainOfUnknownKeys();
        return servers.isEmpty()
                ? Optional.empty()
                : secret.map(s -> new RadiusSettings(servers, s, timeout, tries, name));
    }

    private static Server server(String text) {
        Matcher matcher = SERVER.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a host and port");
        }
        int port =
                Optional.ofNullable(matcher.group(3))
                        .map(Integer::parseInt)
                        .orElse(RadiusSettings.PORT);
        if (port < 1 || port > LAST_PORT) {
            throw new IllegalArgumentException(port + " is not a port");
        }
        String address = matcher.group(1);
        return new Server(
                address == null ? matcher.group(2) : Notation.address(address).getHostAddress(),
                port);
    }

    private static Duration timeout(String text) {
        Duration timeout = Notation.duration(text);
        if (timeout.toMillis() < 100 || timeout.toSeconds() > 30) {
            throw new IllegalArgumentException("\"" + text + "\" is out of range");
        }
        return timeout;
    }

    private static String name(String text) {
        if (text.isBlank() || text.length() > MOST_NAME) {
            throw new IllegalArgumentException("\"" + text + "\" does not fit");
        }
        return text;
    }
}
