package io.culvert.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.app.radius.RadiusSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("the table [radius]")
class RadiusSettingsTest {
    private static final String REST =
            """

            [connections.home]
            local = { auth = "null" }
            remote = { auth = "null" }
            [connections.home.children.net]
            remote-ts = "10.0.0.0/8"
            """;

    @Test
    @DisplayName("every key")
    void everyKey() {
        RadiusSettings radius =
                accepted(
                        """
                        [radius]
                        servers = ["10.0.0.5", "[2001:db8::5]:1645", "radius.example.org:18120"]
                        secret-env = "ANY"
                        timeout = "500ms"
                        tries = 2
                        nas-identifier = "gate"
                        """);

        assertThat(radius.servers())
                .extracting(RadiusSettings.Server::port)
                .containsExactly(1812, 1645, 18120);
        assertThat(radius.secret().expose())
                .isEqualTo("from the environment".getBytes(StandardCharsets.UTF_8));
        assertThat(radius.timeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(radius.tries()).isEqualTo(2);
        assertThat(radius.nasIdentifier()).isEqualTo("gate");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "secret = \"x\"                                       | culvert.toml:1:1: radius.servers: is missing",
                "servers = \"a b\" , secret = \"x\"                   | radius.servers: \"a b\" is not a host and port",
                "servers = \"a:0\" , secret = \"x\"                   | radius.servers: 0 is not a port",
                "servers = \"a\"                                      | radius.secret: there is no secret",
                "servers = \"a\" , secret = \"x\" , secret-env = \"Y\" | radius.secret-env: there is more than one secret",
                "servers = \"a\" , secret = \"\"                      | radius.secret: the secret is empty",
                "servers = \"a\" , secret = \"x\" , timeout = \"1h\"  | radius.timeout: \"1h\" is out of range",
                "servers = \"a\" , secret = \"x\" , tries = 0         | radius.tries: 0 is out of range",
                "servers = \"a\" , secret = \"x\" , servres = 1       | did you mean \"servers\"?",
            })
    @DisplayName("mistakes are told with their place")
    void mistakes(String keys, String complaint) {
        assertThat(refused("radius = { " + keys + " }" + REST)).contains(complaint);
    }

    @Test
    @DisplayName("a line that holds the secret is not quoted")
    void secretNotQuoted() {
        assertThat(refused("[radius]\nsecret = \"abc\"hidden\n" + REST))
                .contains("the secret is not written right")
                .doesNotContain("hidden");
    }

    private static SettingsFile.Result read(String text) {
        return new SettingsFile(
                        _ -> Optional.of("from the environment"),
                        Instant.parse("2030-06-01T12:00:00Z"))
                .read("culvert.toml", Path.of("."), text);
    }

    private static RadiusSettings accepted(String table) {
        var result = read(table + REST);
        if (result instanceof SettingsFile.Result.Refused(var problems)) {
            throw new AssertionError(problems);
        }
        return ((SettingsFile.Result.Accepted) result).settings().radius().orElseThrow();
    }

    private static String refused(String text) {
        return ((SettingsFile.Result.Refused) read(text))
                .problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
    }
}
