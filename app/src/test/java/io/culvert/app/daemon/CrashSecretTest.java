package io.culvert.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ipsec.value.KeyMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashSecretTest {
    @TempDir Path folder;

    @Test
    @DisplayName("the first start makes the secret for its owner alone, the next has the same")
    void survives() throws IOException {
        Path file = folder.resolve("state/crash.secret");
        KeyMaterial first = CrashSecret.of(file, new SecureRandom());
        KeyMaterial second = CrashSecret.of(file, new SecureRandom());

        assertThat(first.size()).isEqualTo(32);
        assertThat(second).isEqualTo(first);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(file.resolveSibling("."))) {
            assertThat(files).hasSize(1);
        }
        assertThat(CrashSecret.of(folder.resolve("other"), new SecureRandom())).isNotEqualTo(first);
    }

    @Test
    @DisplayName("a secret that others may read is refused")
    void readable() throws IOException {
        Path file = folder.resolve("crash.secret");
        CrashSecret.of(file, new SecureRandom());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> CrashSecret.of(file, new SecureRandom()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600");
    }

    @Test
    @DisplayName("a file that holds something else is refused, and not written over")
    void somethingElse() throws IOException {
        Path file = folder.resolve("crash.secret");
        Files.writeString(file, "not a secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        assertThatThrownBy(() -> CrashSecret.of(file, new SecureRandom()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("crash-secret");
        assertThat(file).hasContent("not a secret");
    }
}
