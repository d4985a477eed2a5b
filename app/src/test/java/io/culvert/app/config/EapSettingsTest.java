package io.culvert.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.app.pki.Authority;
import io.culvert.app.pki.KeyKind;
import io.culvert.app.pki.Pem;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionConfig.Childless;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Settings of EAP, NULL authentication and childless initiation")
class EapSettingsTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Authority CA =
            Authority.create("CA", KeyKind.ECDSA, NOW, Duration.ofDays(3650), new SecureRandom());
    private static final Authority.Issued GATE =
            CA.issue(
                    List.of(Identity.parse("gate.example.org")),
                    KeyKind.ED25519,
                    NOW,
                    NOW.plus(Duration.ofDays(30)));

    @TempDir private Path folder;

    @BeforeEach
    void writeFiles() throws Exception {
        write("ca.pem", Pem.write("CERTIFICATE", CA.certificate().getEncoded()));
        write("gate.pem", Pem.write("CERTIFICATE", GATE.certificate().getEncoded()));
        write("gate.key", Pem.write("PRIVATE KEY", GATE.key().getEncoded()));
    }

    private void write(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static final String OURS =
            "id = \"gate.example.org\", certs = [\"gate.pem\"], key = \"gate.key\"";
    private static final String TRUST = "ca-certs = [\"ca.pem\"]";

    @Test
    @DisplayName("a client by password: names, and whom it believes")
    void clientByPassword() {
        ConnectionConfig config =
                only(
                        accepted(
                                "local = { auth = \"eap-mschapv2\", eap-id = \"alice\", id ="
                                        + " \"10.0.0.9\" }\nremote = { auth = \"pubkey\", "
                                        + TRUST
                                        + " }",
                                PASSWORD));

        var local = (LocalAuthentication.Eap) config.local();
        assertThat(local.identity()).isEqualTo(Identity.parse("10.0.0.9"));
        assertThat(local.name()).isEqualTo("alice");
        assertThat(local.backend()).isEqualTo("eap-mschapv2");
        assertThat(local.tls()).isEmpty();
        assertThat(local.keyless()).isFalse();
    }

    @Test
    @DisplayName("a gateway whose peers may choose the method, and are asked who they are")
    void gateway() {
        ConnectionConfig config =
                only(
                        accepted(
                                "local = { auth = \"pubkey\", "
                                        + OURS
                                        + " }\nremote = { auth = \"eap-dynamic\", eap-id ="
                                        + " \"*@example.org\", "
                                        + TRUST
                                        + " }",
                                PASSWORD));

        var remote = (RemoteAuthentication.Eap) config.remote();
        assertThat(remote.eapIdentity()).contains(new IdentityPattern("*@example.org"));
        assertThat(remote.tls().orElseThrow().chain()).hasSize(1);
        assertThat(remote.tls().orElseThrow().trust().anchors()).hasSize(1);
        assertThat(config.local()).isInstanceOf(LocalAuthentication.Signature.class);
    }

    @Test
    @DisplayName("E12-1: EAP-TLS alone on both sides, each with what TLS needs")
    void eapAlone() {
        ConnectionConfig config =
                only(
                        accepted(
                                "local = { auth = \"eap-tls\", aaa-id = \"aaa.example.org\", "
                                        + OURS
                                        + " }\nremote = { auth = \"eap-tls\", "
                                        + TRUST
                                        + " }",
                                ""));

        var local = (LocalAuthentication.Eap) config.local();
        var remote = (RemoteAuthentication.Eap) config.remote();
        assertThat(local.server()).contains(Identity.parse("aaa.example.org"));
        assertThat(local.tls().orElseThrow().trust().anchors()).hasSize(1);
        assertThat(remote.tls().orElseThrow().key()).isEqualTo(local.tls().orElseThrow().key());
    }

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({
        "local, true, true",
        "local, false, false",
        "remote, true, true",
        "remote, false, false",
    })
    @DisplayName(
            "E12-3: TLS 1.2 without the extended master secret has to be asked for, and is warned of")
    void anyMasterSecret(String side, boolean any, boolean warned) {
        String key = ", eap-tls-without-extended-master-secret = " + any;
        String ours = "local = { auth = \"eap-tls\", " + OURS + (side.equals("local") ? key : "");
        String theirs = "remote = { auth = \"eap-tls\", " + TRUST;
        var accepted =
                (SettingsFile.Result.Accepted)
                        read(
                                ours + " }\n" + theirs + (side.equals("remote") ? key : "") + " }",
                                "");

        Settings settings = accepted.settings();
        var local = (LocalAuthentication.Eap) only(settings).local();
        var remote = (RemoteAuthentication.Eap) only(settings).remote();
        assertThat(local.tls().orElseThrow().anyMasterSecret())
                .isEqualTo(any && side.equals("local"));
        assertThat(remote.tls().orElseThrow().anyMasterSecret())
                .isEqualTo(any && side.equals("remote"));
        assertThat(accepted.warnings())
                .extracting(Problem::toString)
                .filteredOn(text -> text.contains("." + side + ".eap-tls-without-extended"))
                .hasSize(warned ? 1 : 0);
    }

    @Test
    @DisplayName("a server that asks RADIUS needs a RADIUS server")
    void relay() {
        String text =
                "local = { auth = \"pubkey\", "
                        + OURS
                        + " }\nremote = { auth = \"eap-radius\", eap-id = \"%any\" }";

        assertThat(refused(text, ""))
                .contains("connections.home.remote: there is no RADIUS server");
        Settings settings = accepted(text, "[radius]\nservers = \"10.0.0.5\"\nsecret = \"x\"\n");
        assertThat(only(settings).remote())
                .isInstanceOfSatisfying(
                        RemoteAuthentication.Eap.class,
                        eap -> assertThat(eap.backend()).isEqualTo("eap-radius"));
        assertThat(settings.radius()).isPresent();
    }

    @Test
    @DisplayName("a server by password without any password is told")
    void serverWithoutPasswords() {
        assertThat(
                        refused(
                                "local = { auth = \"pubkey\", "
                                        + OURS
                                        + " }\nremote = { auth = \"eap-mschapv2\" }",
                                ""))
                .contains("connections.home.remote: there is no password of anybody");
    }

    @Test
    @DisplayName("a client without a password of its own name is told")
    void clientWithoutPassword() {
        assertThat(
                        refused(
                                "local = { auth = \"eap-mschapv2\", eap-id = \"carol\" }\nremote"
                                        + " = { auth = \"pubkey\", "
                                        + TRUST
                                        + " }",
                                PASSWORD))
                .contains("connections.home.local: there is no password of \"carol\"");
    }

    private SettingsFile.Result read(String connection, String rest) {
        String text =
                "[connections.home]\n"
                        + connection
                        + "\n[connections.home.children.net]\nremote-ts = \"10.0.0.0/8\"\n"
                        + rest;
        return new SettingsFile(_ -> Optional.of("from the environment"), NOW)
                .read("culvert.toml", folder, text);
    }

    private Settings accepted(String connection, String rest) {
        var result = read(connection, rest);
        if (result instanceof SettingsFile.Result.Refused(var problems)) {
            throw new AssertionError(problems);
        }
        return ((SettingsFile.Result.Accepted) result).settings();
    }

    private String refused(String connection, String rest) {
        return ((SettingsFile.Result.Refused) read(connection, rest))
                .problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
    }

    private static ConnectionConfig only(Settings settings) {
        return settings.connections().getFirst().config();
    }

    private static final String PASSWORD = "[secrets.a]\nids = [\"alice\"]\neap = \"secret\"\n";

    @Test
    @DisplayName("E11-2: auth = \"null\" on both sides")
    void nobody() {
        ConnectionConfig config =
                only(accepted("local = { auth = \"null\" }\nremote = { auth = \"null\" }", ""));

        assertThat(config.local()).isEqualTo(new LocalAuthentication.Null());
        assertThat(config.remote()).isEqualTo(new RemoteAuthentication.Null());
    }

    @ParameterizedTest
    @EnumSource(Childless.class)
    @DisplayName("the words of `childless`")
    void childless(Childless word) {
        String text =
                "local = { auth = \"null\" }\nremote = { auth = \"null\" }\nchildless = \""
                        + word.name().toLowerCase(Locale.ROOT)
                        + "\"";

        assertThat(only(accepted(text, "")).childless()).isEqualTo(word);
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "eap-mschapv2 | psk          | remote.auth: a peer to whom we prove ourselves by EAP has to have a certificate",
                "eap          | null         | remote.auth: a peer to whom we prove ourselves by EAP has to have a certificate",
                "psk          | eap-mschapv2 | local.auth: who lets its peers authenticate by EAP has to have a certificate",
                "null         | eap-dynamic  | local.auth: who lets its peers authenticate by EAP has to have a certificate",
                "eap-mschapv2 | eap-mschapv2 | remote.auth: EAP alone proves both sides only with eap-tls",
                "eap-tls      | eap-dynamic  | remote.auth: EAP alone proves both sides only with eap-tls",
                "eap-dynamic  | pubkey       | local.auth: \"eap-dynamic\" is not known here",
                "pubkey       | eap          | remote.auth: \"eap\" is not known here",
            })
    @DisplayName("combinations that prove too little are refused")
    void combinations(String ours, String theirs, String complaint) {
        String text =
                "local = { auth = \"%s\", id = \"alice\" }\nremote = { auth = \"%s\" }"
                        .formatted(ours, theirs);

        assertThat(refused(text, PASSWORD)).contains("connections.home." + complaint);
    }

    @Test
    @DisplayName("a client by password needs a password of its name, and no other secret will do")
    void missingPassword() {
        String text =
                "local = { auth = \"eap-mschapv2\", eap-id = \"alice\" }\nremote = { auth ="
                        + " \"pubkey\", ca-certs = [\"missing.pem\"] }";

        assertThat(refused(text, "[secrets.b]\nids = [\"bob\"]\neap = \"x\"\n"))
                .contains("missing.pem does not exist");
        assertThat(refused(text, "[secrets.a]\nids = [\"alice\"]\n"))
                .contains("secrets.a.psk: there is no secret");
        assertThat(refused(text, "[secrets.a]\nids = [\"alice\"]\npsk = \"x\"\neap = \"y\"\n"))
                .contains("there is more than one secret");
    }

    @Test
    @DisplayName("passwords of EAP are kept apart from pre-shared keys")
    void apart() {
        Settings settings =
                accepted(
                        "local = { auth = \"null\" }\nremote = { auth = \"null\" }",
                        PASSWORD + "[secrets.b]\nids = [\"bob\"]\neap-env = \"SECRET\"\n");

        assertThat(settings.sharedKeys().entries()).isEmpty();
        assertThat(settings.passwords().entries()).hasSize(2);
        Identity bob = Identity.parse("bob");
        assertThat(settings.passwords().find(bob, bob).orElseThrow().expose())
                .isEqualTo("from the environment".getBytes(StandardCharsets.UTF_8));
    }
}
