package io.culvert.app.cli;

import io.culvert.app.control.ExitCode;
import io.culvert.app.pki.Authority;
import io.culvert.app.pki.KeyKind;
import io.culvert.app.pki.Pem;
import io.culvert.app.pki.Pkcs12;
import io.culvert.app.pki.PrivateKeys;
import io.culvert.ike.auth.Identity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Makes what a trial needs: a CA, certificates, a revocation list, a pre-shared key.
@Command(
        name = "pki",
        description = "Makes a test CA, certificates, revocation lists and pre-shared keys.",
        mixinStandardHelpOptions = true)
final class PkiCommand implements Runnable {
    private static final int FEWEST_PSK_OCTETS = 16;

    @Spec private CommandSpec spec = CommandSpec.create();

    private final SecureRandom random = new SecureRandom();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "a command is missing: ca, issue, crl, pkcs12 or psk");
    }

    @Command(
            name = "ca",
            description = "Makes a CA: FOLDER/ca.pem and FOLDER/ca.key.",
            mixinStandardHelpOptions = true)
    int ca(
            @Parameters(paramLabel = "FOLDER", description = "Where to write.") Path folder,
            @Option(
                            names = "--name",
                            defaultValue = "Culvert test CA",
                            description = "Its common name (default: ${DEFAULT-VALUE}).")
                    String name,
            @Option(
                            names = "--kind",
                            defaultValue = "ecdsa",
                            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
                    KeyKind kind,
            @Option(
                            names = "--days",
                            defaultValue = "3650",
                            description = "How long it is good (default: ${DEFAULT-VALUE}).")
                    int days,
            @Option(
                            names = "--below",
                            paramLabel = "FOLDER",
                            description = "The folder of a CA that signs it (default: itself).")
                    Path above,
            @Mixin PlacesOptions places) {
        Instant now = Instant.now();
        Duration validity = Duration.ofDays(days);
        Authority authority =
                above == null
                        ? Authority.create(name, kind, now, validity, random)
                        : authority(above).below(name, kind, now, validity, places.places());
        if (above != null && isRoot(authority.certificate())) {
            throw new CommandFailure(
                    ExitCode.USAGE, "the CA above has the same name: choose another with --name");
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
        writeSecret(
                folder.resolve("ca.key"), Pem.write("PRIVATE KEY", authority.key().getEncoded()));
        write(folder.resolve("ca.pem"), certificate(authority.certificate()));
        Path trusted = (above == null ? folder : above).resolve("ca.pem");
        say("On the peer's side: ca-certs = [\"" + trusted + "\"]");
        return ExitCode.DONE.number();
    }

    @Command(
            name = "issue",
            description =
                    "Issues a certificate with a new key: FOLDER/NAME.pem and FOLDER/NAME.key.",
            mixinStandardHelpOptions = true)
    int issue(
            @Parameters(paramLabel = "FOLDER", description = "The folder of the CA.") Path folder,
            @Parameters(
                            paramLabel = "IDENTITY",
                            arity = "1..*",
                            description =
                                    "Address, domain name, user@domain or \"CN=…\"; the first is the"
                                            + " subject, all become alternative names.")
                    List<String> identities,
            @Option(
                            names = "--as",
                            paramLabel = "NAME",
                            defaultValue = "",
                            description = "The file name (default: from the first identity).")
                    String name,
            @Option(
                            names = "--kind",
                            defaultValue = "ecdsa",
                            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
                    KeyKind kind,
            @Option(
                            names = "--days",
                            defaultValue = "365",
                            description =
                                    "How long it is good (default: ${DEFAULT-VALUE}); negative makes"
                                            + " one that has expired.")
                    int days,
            @Mixin PlacesOptions places) {
        List<Identity> names = new ArrayList<>();
        for (String identity : identities) {
            try {
                names.add(Identity.parse(identity));
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(
                        ExitCode.USAGE, "\"" + identity + "\" is no identity: " + e.getMessage());
            }
        }
        Instant now = Instant.now();
        Instant end = now.plus(Duration.ofDays(days));
        Instant start = (days < 0 ? end : now).minus(Duration.ofDays(1));
        Authority authority = authority(folder);
        Authority.Issued issued = authority.issue(names, kind, start, end, places.places());
        String file =
                name.isEmpty() ? identities.getFirst().replaceAll("[^A-Za-z0-9.@_-]+", "-") : name;
        Path key = folder.resolve(file + ".key");
        Path certificate = folder.resolve(file + ".pem");
        writeSecret(key, Pem.write("PRIVATE KEY", issued.key().getEncoded()));
        write(certificate, certificate(issued.certificate()));
        String between = isRoot(authority.certificate()) ? "" : "\", \"" + folder.resolve("ca.pem");
        say(
                "local = { auth = \"pubkey\", id = \"%s\", certs = [\"%s\"], key = \"%s\" }"
                        .formatted(identities.getFirst(), certificate + between, key));
        return ExitCode.DONE.number();
    }

    @Command(
            name = "crl",
            description = "Writes the revocation list FOLDER/ca.crl, replacing an older one.",
            mixinStandardHelpOptions = true)
    int crl(
            @Parameters(paramLabel = "FOLDER", description = "The folder of the CA.") Path folder,
            @Parameters(
                            paramLabel = "CERTIFICATE",
                            arity = "0..*",
                            description = "All certificates that are not good any more.")
                    List<Path> revoked,
            @Option(
                            names = "--days",
                            defaultValue = "30",
                            description = "When the next one is due (default: ${DEFAULT-VALUE}).")
                    int days) {
        Instant now = Instant.now();
        List<BigInteger> serials = new ArrayList<>();
        if (revoked != null) {
            revoked.forEach(file -> serials.add(certificateIn(file).getSerialNumber()));
        }
        byte[] list =
                authority(folder)
                        .revocationList(
                                serials,
                                BigInteger.valueOf(now.getEpochSecond()),
                                now,
                                now.plus(Duration.ofDays(days)))
                        .toArray();
        Path file = folder.resolve("ca.crl");
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
        write(file, Pem.write("X509 CRL", list));
        return ExitCode.DONE.number();
    }

    @Command(
            name = "pkcs12",
            description =
                    "Puts FOLDER/NAME.key, its certificate and that of the CA into FOLDER/NAME.p12.",
            mixinStandardHelpOptions = true)
    int pkcs12(
            @Parameters(paramLabel = "FOLDER", description = "The folder of the CA.") Path folder,
            @Parameters(paramLabel = "NAME", description = "As the files are named.") String name,
            @Option(
                            names = "--passphrase-file",
                            paramLabel = "FILE",
                            required = true,
                            description = "Holds the passphrase that is to open it.")
                    Path passphraseFile) {
        Path keyFile = folder.resolve(name + ".key");
        String passphrase = read(passphraseFile).replaceFirst("\\R\\z", "");
        if (passphrase.isEmpty()) {
            throw new CommandFailure(ExitCode.FAILED, passphraseFile + " holds no passphrase");
        }
        byte[] pkcs12 =
                Pkcs12.write(
                                name,
                                privateKey(keyFile).key(),
                                List.of(
                                        certificateIn(folder.resolve(name + ".pem")),
                                        certificateIn(folder.resolve("ca.pem"))),
                                passphrase.toCharArray())
                        .toArray();
        Path file = folder.resolve(name + ".p12");
        write(file, pkcs12, PosixFilePermissions.fromString("rw-------"));
        say(
                "local = { auth = \"pubkey\", key = \"%s\", passphrase-file = \"%s\" }"
                        .formatted(file, passphraseFile));
        return ExitCode.DONE.number();
    }

    @Command(
            name = "psk",
            description = "Prints a random pre-shared key, as psk = and psk-file = take it.",
            mixinStandardHelpOptions = true)
    int psk(
            @Option(
                            names = "--octets",
                            defaultValue = "32",
                            description = "Its size (default: ${DEFAULT-VALUE}).")
                    int octets) {
        if (octets < FEWEST_PSK_OCTETS) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "a pre-shared key of fewer than "
                            + FEWEST_PSK_OCTETS
                            + " octets can be guessed");
        }
        byte[] key = new byte[octets];
        random.nextBytes(key);
        say("0s" + Base64.getEncoder().encodeToString(key));
        return ExitCode.DONE.number();
    }

    private Authority authority(Path folder) {
        Path file = folder.resolve("ca.key");
        X509Certificate certificate = certificateIn(folder.resolve("ca.pem"));
        PrivateKeys.Loaded key = privateKey(file);
        try {
            return new Authority(certificate, key, random);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.FAILED, file + ": " + e.getMessage());
        }
    }

    private static PrivateKeys.Loaded privateKey(Path file) {
        List<Pem> blocks = Pem.read(read(file));
        if (blocks.isEmpty()) {
            throw new CommandFailure(ExitCode.FAILED, file + " holds no private key in PEM");
        }
        try {
            return PrivateKeys.of(blocks.getFirst());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.FAILED, file + ": " + e.getMessage());
        }
    }

    private static boolean isRoot(X509Certificate certificate) {
        return certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal());
    }

    private static X509Certificate certificateIn(Path file) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    new ByteArrayInputStream(
                                            read(file).getBytes(StandardCharsets.ISO_8859_1)));
        } catch (CertificateException e) {
            throw new CommandFailure(ExitCode.FAILED, file + " holds no X.509 certificate");
        }
    }

    private static String certificate(X509Certificate certificate) {
        try {
            return Pem.write("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of our own cannot be written", e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    file + " does not exist; make a CA first: culvert pki ca FOLDER");
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, file + " cannot be read: " + e.getMessage());
        }
    }

    private void write(Path file, String text) {
        write(file, text, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private void writeSecret(Path file, String text) {
        write(file, text, PosixFilePermissions.fromString("rw-------"));
    }

    private void write(Path file, String text, Set<PosixFilePermission> permissions) {
        write(file, text.getBytes(StandardCharsets.UTF_8), permissions);
    }

    private void write(Path file, byte[] octets, Set<PosixFilePermission> permissions) {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(permissions));
            Files.write(file, octets, StandardOpenOption.WRITE);
            say("wrote " + file);
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(
                    ExitCode.FAILED, file + " exists; move it away or choose another place");
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static CommandFailure unwritable(Path file, IOException e) {
        return new CommandFailure(
                ExitCode.FAILED, file + " cannot be written: " + e.getClass().getSimpleName());
    }

    private void say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
