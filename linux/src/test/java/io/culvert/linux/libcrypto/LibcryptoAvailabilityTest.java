package io.culvert.linux.libcrypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What is said where libcrypto cannot be used. Each case needs a process of its own.
final class LibcryptoAvailabilityTest {
    @Test
    void theAnswerStays() {
        assertThat(LibcryptoCrypto.availability()).isSameAs(LibcryptoCrypto.availability());
        assertThat(HmacContext.PARAMETER.byteSize()).isEqualTo(40);
    }

    @Test
    @DisplayName("native access turned off is a reason, not an exception")
    void nativeAccessIsOff() throws Exception {
        assertThat(ask("--illegal-native-access=deny"))
                .isEqualTo(
                        "Missing[reason=native access is off"
                                + " (java --enable-native-access=io.culvert.linux)]");
    }

    /// Runs [Ask] in a fresh JVM.
    private static String ask(String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Ask.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.strip();
    }

    /// Says whether libcrypto is available.
    static final class Ask {
        private Ask() {}

        public static void main(String[] args) {
            System.out.println(LibcryptoCrypto.availability());
        }
    }
}
