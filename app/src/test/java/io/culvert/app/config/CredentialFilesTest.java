package io.culvert.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.app.pki.Authority;
import io.culvert.app.pki.KeyKind;
import io.culvert.app.pki.Pem;
import io.culvert.app.pki.Pkcs12;
import io.culvert.ike.auth.Der;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.RevocationPolicy;
import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialFilesTest {
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
        write(
                "gate.pem",
                "a comment\n" + Pem.write("CERTIFICATE", GATE.certificate().getEncoded()));
        write("gate.key", Pem.write("PRIVATE KEY", GATE.key().getEncoded()));
        write("ca.key", Pem.write("PRIVATE KEY", CA.key().getEncoded()));
        write("sealed.key", Pem.write("ENCRYPTED PRIVATE KEY", new byte[9]));
        write(
                "old-sealed.key",
                """
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED

                AAAA
                -----END RSA PRIVATE KEY-----
                """);
        write("junk", "junk");
        write("pw", "open sesame\n");
        write("bad", "guess");
        write("good.key", sealed(GATE.key(), "open sesame"));
        byte[] pkcs12 =
                Pkcs12.write(
                                "gate",
                                GATE.key(),
                                List.of(GATE.certificate(), CA.certificate()),
                                "open sesame".toCharArray())
                        .toArray();
        writeOctets("gate.p12", pkcs12);
        writeOctets("broken.p12", Octets.ofHex("30050201030000").toArray());
        write(
                "ca.crl",
                Pem.write(
                        "X509 CRL",
                        CA.revocationList(List.of(), BigInteger.ONE, NOW, NOW.plusSeconds(60))
                                .toArray()));
        Files.write(folder.resolve("gate.der"), GATE.certificate().getEncoded());
    }

    private void write(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private void writeOctets(String name, byte[] octets) throws IOException {
        Path file = Files.write(folder.resolve(name), octets);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /// As `openssl pkcs8 -topk8` seals by default.
    private static String sealed(PrivateKey key, String passphrase) throws Exception {
        String algorithm = "PBEWithHmacSHA256AndAES_256";
        SecretKey secret =
                SecretKeyFactory.getInstance(algorithm)
                        .generateSecret(new PBEKeySpec(passphrase.toCharArray()));
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(Cipher.ENCRYPT_MODE, secret);
        byte[] octets = cipher.doFinal(key.getEncoded());
        Octets pbes2 =
                Der.sequence(
                        Der.oid("1.2.840.113549.1.5.13"),
                        Octets.wrap(cipher.getParameters().getEncoded()));
        Octets info = Der.sequence(pbes2, Der.octetString(Octets.wrap(octets)));
        return Pem.write("ENCRYPTED PRIVATE KEY", info.toArray());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "certs=\"gate.pem\", key=\"good.key\", passphrase-file=\"pw\"",
                "certs=\"gate.pem\", key=\"good.key\", passphrase-env=\"PW\"",
                "certs=\"gate.pem\", key=\"gate.key\", passphrase-env=\"PW\"",
                "key=\"gate.p12\", passphrase-file=\"pw\"",
                "certs=\"gate.pem\", key=\"gate.p12\", passphrase-file=\"pw\"",
            })
    @DisplayName("a sealed key is opened, and a PKCS #12 file brings its certificates")
    void opens(String local) throws Exception {
        var result = (SettingsFile.Result.Accepted) read(local, "ca-certs=\"ca.pem\"", NOW);
        assertThat(result.warnings()).isEmpty();
        var config = result.settings().connections().getFirst().config();
        var signature = (LocalAuthentication.Signature) config.local();
        assertThat(signature.publicKeyAlgorithm()).isEqualTo("Ed25519");
        assertThat(signature.chain().getFirst()).isEqualTo(der(GATE.certificate()));
        assertThat(signature.chain()).hasSize(local.contains("certs") ? 1 : 2);
    }

    private SettingsFile.Result read(String local, String remote, Instant now) {
        Map<String, String> environment = Map.of("PW", "open sesame");
        return new SettingsFile(name -> Optional.ofNullable(environment.get(name)), now)
                .read(
                        "culvert.toml",
                        folder,
                        "[connections.c]\nlocal = { auth = \"pubkey\", "
                                + local
                                + " }\nremote = { auth = \"pubkey\", "
                                + remote
                                + " }\nchildren.net = {}\n");
    }

    @Test
    @DisplayName("certificates, keys and revocation lists are read from PEM and from DER")
    void readsFiles() throws Exception {
        for (String certificate : List.of("gate.pem", "gate.der")) {
            var result =
                    (SettingsFile.Result.Accepted)
                            read(
                                    "certs = [\""
                                            + certificate
                                            + "\", \"ca.pem\"], key = \"gate.key\"",
                                    "ca-certs = \"ca.pem\", certs = \"gate.der\", crls = \"ca.crl\"",
                                    NOW);
            assertThat(result.warnings()).isEmpty();
            var config = result.settings().connections().getFirst().config();
            var local = (LocalAuthentication.Signature) config.local();
            assertThat(local.identity()).hasToString("CN=gate.example.org");
            assertThat(local.publicKeyAlgorithm()).isEqualTo("Ed25519");
            assertThat(local.chain())
                    .containsExactly(der(GATE.certificate()), der(CA.certificate()));
            var remote = (RemoteAuthentication.Signature) config.remote();
            assertThat(remote.anchors()).containsExactly(der(CA.certificate()));
            assertThat(remote.pinned()).containsExactly(der(GATE.certificate()));
            assertThat(remote.revocations()).hasSize(1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    certs="gate.pem", key="ca.key"         | the key does not belong to the certificate of CN=gate.example.org
                    certs="gate.pem", key="sealed.key"     | "sealed.key": the key is encrypted with a passphrase; name the passphrase with passphrase-file or passphrase-env
                    certs="gate.pem", key="old-sealed.key" | "old-sealed.key": the key is encrypted with a passphrase
                    certs="gate.pem", key="junk"           | "junk": not an RSA, ECDSA, Ed25519 or Ed448 key in PKCS #8
                    certs="gate.pem", key="ca.pem"         | "ca.pem": a CERTIFICATE is no private key
                    certs="gate.key", key="gate.key"       | "gate.key" holds no CERTIFICATE but PRIVATE KEY
                    certs="junk", key="gate.key"           | "junk" holds no X.509 certificate
                    key="gate.key"                         | connections.c.local.certs: is missing
                    certs="gate.pem", key="good.key", passphrase-file="bad"   | "good.key": the passphrase does not open it; check the passphrase
                    certs="gate.pem", key="sealed.key", passphrase-file="pw"  | "sealed.key": the sealed key is malformed
                    certs="gate.pem", key="old-sealed.key", passphrase-env="PW" | in the old way, which is weak and not read; check the passphrase, or write the key anew
                    certs="gate.pem", key="good.key", passphrase-env="NONE"   | the environment variable NONE is not set
                    certs="gate.pem", key="good.key", passphrase-env="PW", passphrase-file="pw" | there are two passphrases
                    key="gate.p12"                          | "gate.p12": the passphrase does not open it; name the passphrase
                    key="gate.p12", passphrase-file="bad"   | "gate.p12": the passphrase does not open it
                    key="broken.p12", passphrase-file="pw"  | "broken.p12": the
                    certs="gate.pem"                       | connections.c.local.key: is missing
                    """)
    void refusesWhatDoesNotFit(String local, String what) {
        var result = (SettingsFile.Result.Refused) read(local, "ca-certs=\"ca.pem\"", NOW);
        assertThat(lines(result.problems())).contains(what);
    }

    @Test
    void refusesTrustInNothing() {
        var result =
                (SettingsFile.Result.Refused)
                        read("certs=\"gate.pem\", key=\"gate.key\"", "id=\"x\"", NOW);
        assertThat(lines(result.problems())).contains("nothing is trusted");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    id="x"                                            | LISTED  | false | PT5S
                    revocation="relaxed"                              | RELAXED | false | PT5S
                    revocation="ifuri"                                | IF_URI  | true  | PT5S
                    revocation="strict", revocation-timeout="2s"      | STRICT  | true  | PT2S
                    revocation="strict", revocation-fetch=false       | STRICT  | false | PT5S
                    revocation="relaxed", revocation-fetch=true       | RELAXED | true  | PT5S
                    """)
    @DisplayName("what must be known of revocation is written in strongSwan's words")
    void revocation(String keys, RevocationPolicy.Demand demand, boolean fetch, Duration patience) {
        var result =
                (SettingsFile.Result.Accepted)
                        read(
                                "certs=\"gate.pem\", key=\"gate.key\"",
                                "ca-certs=\"ca.pem\", " + keys,
                                NOW);
        var config = result.settings().connections().getFirst().config();
        assertThat(((RemoteAuthentication.Signature) config.remote()).revocation())
                .isEqualTo(new RevocationPolicy(demand, fetch, patience));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "revocation=\"always\", write one of",
        "revocation-timeout=\"1m\", is not between nothing and 25s",
        "revocation-timeout=\"0s\", is not between nothing and 25s",
        "revocation-fetch=\"yes\", true or false",
    })
    void refusesOddRevocation(String keys, String what) {
        var result =
                (SettingsFile.Result.Refused)
                        read(
                                "certs=\"gate.pem\", key=\"gate.key\"",
                                "ca-certs=\"ca.pem\", " + keys,
                                NOW);
        assertThat(lines(result.problems())).contains(what);
    }

    @ParameterizedTest(name = "after {0} days: {1}")
    @CsvSource({"31, the certificate expired at", "-1, the certificate is valid only from"})
    void warnsOfDates(int days, String what) {
        var result =
                (SettingsFile.Result.Accepted)
                        read(
                                "certs=\"gate.pem\", key=\"gate.key\"",
                                "ca-certs=\"ca.pem\"",
                                NOW.plus(Duration.ofDays(days)));
        assertThat(lines(result.warnings())).contains(what);
    }

    private static String lines(List<Problem> problems) {
        return problems.stream().map(Problem::toString).collect(Collectors.joining("\n"));
    }

    private static Octets der(X509Certificate certificate) throws Exception {
        return Octets.wrap(certificate.getEncoded());
    }
}
