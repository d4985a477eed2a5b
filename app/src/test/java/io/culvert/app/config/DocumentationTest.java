package io.culvert.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.app.pki.Authority;
import io.culvert.app.pki.KeyKind;
import io.culvert.app.pki.Pem;
import io.culvert.ike.auth.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `docs/configuration.md` says works.
class DocumentationTest {
    private static final Pattern EXAMPLE = Pattern.compile("```toml\n(.*?)```", Pattern.DOTALL);
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @TempDir private Path folder;

    private void write(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    @DisplayName("every example of the documentation is accepted without a warning")
    void examplesWork() throws Exception {
        Authority authority =
                Authority.create("CA", KeyKind.ECDSA, NOW, Duration.ofDays(9), new SecureRandom());
        Authority.Issued issued =
                authority.issue(
                        List.of(Identity.parse("vpn.example.org")),
                        KeyKind.ECDSA,
                        NOW.minusSeconds(60),
                        NOW.plusSeconds(60));
        write("ca.pem", Pem.write("CERTIFICATE", authority.certificate().getEncoded()));
        write("vpn.pem", Pem.write("CERTIFICATE", issued.certificate().getEncoded()));
        write("vpn.key", Pem.write("PRIVATE KEY", issued.key().getEncoded()));
        write("home.psk", "0sYWJjZGVmZ2hpamtsbW5vcA==\n");
        String text =
                Files.readString(
                        Path.of(System.getProperty("basedir", ""))
                                .toAbsolutePath()
                                .resolve("../docs/configuration.md"));
        List<String> examples =
                EXAMPLE.matcher(text).results().map((MatchResult m) -> m.group(1)).toList();
        assertThat(examples).hasSizeGreaterThanOrEqualTo(2);
        for (String example : examples) {
            SettingsFile.Result result =
                    new SettingsFile(name -> Optional.empty(), NOW).read("doc", folder, example);
            assertThat(result).isInstanceOf(SettingsFile.Result.Accepted.class);
            assertThat(((SettingsFile.Result.Accepted) result).warnings()).isEmpty();
        }
    }
}
