package io.culvert.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.auth.PostQuantumPsks;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Settings of post-quantum key exchanges")
class PostQuantumSettingsTest {
    private static final String LARGE = "the first key exchange is too large for a UDP datagram";
    private static final String BREAKABLE = "a quantum computer could break";

    private static SettingsFile.Result read(String keys) {
        return read(keys, "");
    }

    private static SettingsFile.Result read(String keys, String rest) {
        String text =
                "[connections.home]\nlocal = { auth = \"null\" }\nremote = { auth = \"null\" }\n"
                        + keys
                        + "\n[connections.home.children.net]\nremote-ts = \"10.0.0.0/8\"\n"
                        + rest;
        return new SettingsFile(name -> Optional.of(name).filter("KEY"::equals), Instant.EPOCH)
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
        return refusedWith(keys, "");
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

    private static final String PPK = "0123456789abcdef0123456789abcdef";

    private static PostQuantumPsks ppks(String keys, String rest) {
        return switch (read(keys, rest)) {
            case SettingsFile.Result.Accepted accepted ->
                    accepted.settings().connections().getFirst().config().ppks();
            case SettingsFile.Result.Refused(var problems) -> throw new AssertionError(problems);
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ppk = \"" + PPK + "\"",
                "ppk = \"0x3031323334353637383961626364656630313233343536373839616263646566\"",
                "ppk-command = [\"printf\", \"%s\\n\", \"" + PPK + "\"]"
            })
    @DisplayName("a PPK is in the configuration or comes from a program (E7-1)")
    void ppk(String secret) {
        PostQuantumPsks read =
                ppks(
                        "ppk-id = \"key-1\"\nppk-required = true",
                        "[secrets.a]\nids = [\"key-1\", \"key-2\"]\n" + secret + "\n");

        assertThat(read.required()).isTrue();
        assertThat(read.early()).isTrue();
        assertThat(read.keys()).hasSize(1);
        assertThat(read.keys().getFirst().id())
                .isEqualTo(Octets.wrap("key-1".getBytes(StandardCharsets.UTF_8)));
        assertThat(read.keys().getFirst().key().expose())
                .isEqualTo(PPK.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("without ppk-id there is none, and a pre-shared key is no PPK (E7-2)")
    void noPpk() {
        String secrets = "[secrets.a]\nids = [\"key-1\"]\npsk = \"" + PPK + "\"\n";
        assertThat(ppks("", secrets)).isEqualTo(PostQuantumPsks.NONE);
        assertThat(refusedWith("ppk-id = \"key-1\"", secrets))
                .contains("there is no PPK \"key-1\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ppk = \"too short\" | a PPK has at least 32 octets, this one 9",
                "ppk-env = \"KEY\" | a PPK has at least 32 octets, this one 3",
                "ppk-env = \"OTHER\" | the environment variable OTHER is not set",
                "ppk-file = \"missing.ppk\" | missing.ppk does not exist",
                "ppk-command = [\"false\"] | the program false gives no secret: it fails with exit code 1",
                "ppk-command = [\"head\", \"-c\", \"5000\", \"/dev/zero\"] | it writes more than 4096 octets",
                "ppk-command = [\"no-such-program\"] | the program no-such-program gives no secret"
            })
    @DisplayName("a PPK that cannot be had is a mistake in the configuration")
    void badPpk(String secret, String complaint) {
        assertThat(
                        refusedWith(
                                "ppk-id = \"key-1\"",
                                "[secrets.a]\nids = \"key-1\"\n" + secret + "\n"))
                .contains(complaint);
    }

    @Test
    @DisplayName("names that lead nowhere are mistakes")
    void names() {
        assertThat(refusedWith("ppk-required = true", ""))
                .contains("no PPK is named that could be required");
        assertThat(refusedWith("", "[secrets.a]\nppk = \"" + PPK + "\"\n"))
                .contains("the PPK has no name");
        assertThat(
                        refusedWith(
                                "ppk-id = \"key-l\"",
                                "[secrets.a]\nids = \"key-1\"\nppk = \"" + PPK + "\"\n"))
                .contains("did you mean \"key-1\"?");
    }

    private static String refusedWith(String keys, String rest) {
        return ((SettingsFile.Result.Refused) read(keys, rest))
                .problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
    }
}
