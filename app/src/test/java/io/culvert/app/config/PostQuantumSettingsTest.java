package io.culvert.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.proposal.IkeProposal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Settings of post-quantum key exchanges")
class PostQuantumSettingsTest {
    private static final String LARGE = "the first key exchange is too large for a UDP datagram";
    private static final String BREAKABLE = "a quantum computer could break";

    private static SettingsFile.Result read(String keys) {
        String text =
                "[connections.home]\nlocal = { auth = \"null\" }\nremote = { auth = \"null\" }\n"
                        + keys
                        + "\n[connections.home.children.net]\nremote-ts = \"10.0.0.0/8\"\n";
        return new SettingsFile(_ -> Optional.empty(), Instant.EPOCH)
                .read("culvert.toml", Path.of("/"), text);
    }

    private static List<IkeProposal> accepted(String keys) {
        return switch (read(keys)) {
            case SettingsFile.Result.Accepted accepted ->
                    accepted.settings().connections().getFirst().config().proposals();
            case SettingsFile.Result.Refused(var problems) -> throw new AssertionError(problems);
        };
    }

    private static String refused(String keys) {
        return ((SettingsFile.Result.Refused) read(keys))
                .problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
    }

    @Test
    @DisplayName(
            "require-post-quantum: the default has ML-KEM, and cannot be chosen without (E9-6)")
    void defaults() {
        assertThat(accepted("require-post-quantum = true"))
                .isNotEmpty()
                .allMatch(IkeProposal::isPostQuantum);
        assertThat(accepted("require-post-quantum = true\nproposals = \"default\""))
                .isEqualTo(accepted("require-post-quantum = true"));
        assertThat(accepted("")).noneMatch(IkeProposal::isPostQuantum);
    }

    @ParameterizedTest
    @CsvSource({
        "aes128gcm16-prfsha256-x25519, false",
        "aes128gcm16-prfsha256-x25519-ke1_mlkem768-ke1_none, false",
        "aes128gcm16-prfsha256-x25519-ke1_mlkem768, true",
        "aes128gcm16-prfsha256-mlkem512, true"
    })
    @DisplayName(
            "require-post-quantum: a proposal that can be chosen without ML-KEM is refused (E9-6)")
    void required(String proposal, boolean right) {
        String keys = "require-post-quantum = true\nproposals = \"" + proposal + "\"";
        if (right) {
            assertThat(accepted(keys)).hasSize(1);
        } else {
            assertThat(refused(keys)).contains(BREAKABLE);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "udp, mission, mlkem768, false",
        "udp, mission, mlkem1024, false",
        "udp, mission, mlkem512, true",
        "udp, mission, x25519-ke1_mlkem1024, true",
        "ike-tcp, mission, mlkem768, false",
        "ike-tcp, always, mlkem768, true",
        "tcp-encapsulation, mission, mlkem1024, true"
    })
    @DisplayName("ML-KEM-768 and -1024 alone are for transports without datagrams (E9-7)")
    void sizes(String transport, String policy, String methods, boolean right) {
        String keys =
                "transports = [\"%s\"]\nike-tcp-policy = \"%s\"\nproposals = \"aes128gcm16-prfsha256-%s\""
                        .formatted(transport, policy, methods);
        if (right) {
            assertThat(accepted(keys)).hasSize(1);
        } else {
            assertThat(refused(keys)).contains(LARGE);
        }
    }
}
