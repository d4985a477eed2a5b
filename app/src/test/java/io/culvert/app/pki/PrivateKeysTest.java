package io.culvert.app.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Checks our files against another implementation, the command `openssl`, where there is one.
class PrivateKeysTest {
    @TempDir private Path folder;

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "EC, 'ecparam -name prime256v1 -genkey -noout -out k'",
        "EC, 'ecparam -name secp384r1 -genkey -noout -out k'",
        "RSA, 'genrsa -traditional -out k 2048'",
        "RSA, 'genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out k'",
        "Ed25519, 'genpkey -algorithm ED25519 -out k'",
        "Ed448, 'genpkey -algorithm ED448 -out k'",
    })
    @DisplayName("keys of openssl are read, in PKCS #8 and in the older forms")
    void readsForeignKeys(String algorithm, String command) throws Exception {
        assumeTrue(hasOpenssl(), "there is no openssl here");
        openssl(command.split(" "));
        Pem block = Pem.read(Files.readString(folder.resolve("k"))).getFirst();
        assertThat(PrivateKeys.of(block).algorithm()).isEqualTo(algorithm);
    }

    @Test
    @DisplayName("openssl verifies a certificate of ours")
    void isUnderstood() throws Exception {
        assumeTrue(hasOpenssl(), "there is no openssl here");
        Instant now = Instant.now();
        Authority authority =
                Authority.create("CA", KeyKind.ECDSA, now, Duration.ofDays(9), new SecureRandom());
        var issued =
                authority.issue(
                        List.of(io.culvert.ike.auth.Identity.parse("gate.example.org")),
                        KeyKind.RSA,
                        now.minusSeconds(60),
                        now.plus(Duration.ofDays(1)));
        Files.writeString(
                folder.resolve("ca"),
                Pem.write("CERTIFICATE", authority.certificate().getEncoded()));
        Files.writeString(
                folder.resolve("gate"),
                Pem.write("CERTIFICATE", issued.certificate().getEncoded()));
        assertThat(openssl("verify", "-x509_strict", "-CAfile", "ca", "gate"))
                .isEqualToIgnoringWhitespace("gate: OK");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-v2 aes-256-cbc",
                "-v2 aes-128-cbc -v2prf hmacWithSHA512",
                "-v2 aes-256-cbc -v2prf hmacWithSHA1",
            })
    @DisplayName("keys that openssl sealed are opened, with the right passphrase only")
    void opensForeignKeys(String how) throws Exception {
        assumeTrue(hasOpenssl(), "there is no openssl");
        openssl("genpkey", "-algorithm", "ED25519", "-out", "k");
        String command = "pkcs8 -topk8 -in k -out sealed -passout pass:x " + how;
        openssl(command.split(" "));
        Pem block = Pem.read(Files.readString(folder.resolve("sealed"))).getFirst();
        assertThat(PrivateKeys.open(block, new char[] {'x'}).algorithm()).isEqualTo("Ed25519");
        assertThatThrownBy(() -> PrivateKeys.open(block, new char[] {'y'}))
                .hasMessage("the passphrase does not open it");
        assertThatThrownBy(() -> PrivateKeys.of(block)).hasMessageContaining("encrypted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-legacy"})
    @DisplayName("a PKCS #12 file of openssl is opened, old and new, and openssl opens ours")
    void exchangesPkcs12(String how) throws Exception {
        assumeTrue(hasOpenssl(), "there is no openssl");
        openssl("req -x509 -newkey ed25519 -nodes -keyout k -out c -subj /CN=gate".split(" "));
        String command = "pkcs12 -export -inkey k -in c -out p12 -passout pass:x " + how;
        openssl(command.strip().split(" "));
        Octets file = Octets.wrap(Files.readAllBytes(folder.resolve("p12")));
        assertThat(Pkcs12.isOne(file)).isTrue();
        Pkcs12 opened = Pkcs12.read(file, new char[] {'x'});
        assertThat(opened.key().algorithm()).isEqualTo("Ed25519");
        assertThat(opened.chain()).hasSize(1);
        assertThatThrownBy(() -> Pkcs12.read(file, new char[] {'y'}))
                .hasMessage("the passphrase does not open it");

        Octets ours = Pkcs12.write("gate", opened.key().key(), opened.chain(), new char[] {'z'});
        Files.write(folder.resolve("ours"), ours.toArray());
        assertThat(openssl("pkcs12 -in ours -passin pass:z -nodes".split(" ")))
                .contains("BEGIN PRIVATE KEY", "BEGIN CERTIFICATE");
    }

    private static boolean hasOpenssl() {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "openssl")));
    }

    private String openssl(String... arguments) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Stream.concat(Stream.of("openssl"), Arrays.stream(arguments))
                                        .toList())
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
