package io.culvert.app.config;

import io.culvert.app.config.Section.Item;
import io.culvert.app.pki.Pem;
import io.culvert.app.pki.Pkcs12;
import io.culvert.app.pki.PrivateKeys;
import io.culvert.ipsec.value.Octets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// Reads the files that a configuration names: certificates, keys, revocation lists and secrets, in PEM or DER.
///
/// @param base the folder that relative names start from
/// @param environment the environment variables, or nothing for names that are not set
record CredentialFiles(Path base, Function<String, Optional<String>> environment) {
    private static final long LARGEST = 1 << 20;
    private static final String WRITE_FILE =
            "name a file that can be read; relative names start from the folder of this configuration";
    private static final Set<PosixFilePermission> OTHERS =
            EnumSet.of(
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.OTHERS_WRITE);

    /// All certificates of all files that `key` names.
    List<X509Certificate> certificates(Section section, String key) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Item item : section.items(key)) {
            for (Octets der : blocks(section, item, "CERTIFICATE")) {
                try {
                    certificates.add((X509Certificate) x509().generateCertificate(stream(der)));
                } catch (CertificateException e) {
                    section.error(
                            item,
                            "\"" + item.text() + "\" holds no X.509 certificate",
                            "name a file with certificates in PEM or DER");
                }
            }
        }
        return certificates;
    }

    /// All revocation lists of all files that `key` names, in DER.
    List<Octets> revocations(Section section, String key) {
        List<Octets> lists = new ArrayList<>();
        for (Item item : section.items(key)) {
            for (Octets der : blocks(section, item, "X509 CRL")) {
                try {
                    lists.add(
                            Octets.wrap(((X509CRL) x509().generateCRL(stream(der))).getEncoded()));
                } catch (CRLException e) {
                    section.error(
                            item,
                            "\"" + item.text() + "\" holds no X.509 revocation list",
                            "name a file with revocation lists in PEM or DER");
                }
            }
        }
        return lists;
    }

    /// A private key, and the certificates that came in the same file.
    ///
    /// @param chain its own first; empty unless the file is PKCS #12
    record OwnKey(PrivateKeys.Loaded key, List<X509Certificate> chain) {}

    /// The private key in the file that `key` names, opened with the passphrase that stands beside it, if there is one.
    Optional<OwnKey> ownKey(Section section, String key) {
        Optional<Item> named = section.item(key);
        Optional<String> passphrase = passphrase(section);
        Optional<byte[]> content = named.flatMap(item -> read(section, item));
        if (named.isEmpty() || content.isEmpty()) {
            return Optional.empty();
        }
        Item item = named.get();
        warnOfOpenFile(section, item);
        try {
            return Optional.of(
                    ownKey(Octets.wrap(content.get()), passphrase.map(String::toCharArray)));
        } catch (IllegalArgumentException e) {
            section.error(
                    item, "\"" + item.text() + "\": " + e.getMessage(), advice(item, passphrase));
            return Optional.empty();
        }
    }

    private static OwnKey ownKey(Octets content, Optional<char[]> passphrase) {
        if (Pkcs12.isOne(content)) {
            Pkcs12 opened = Pkcs12.read(content, passphrase.orElseGet(() -> new char[0]));
            return new OwnKey(opened.key(), opened.chain());
        }
        List<Pem> blocks = Pem.read(text(content.toArray()));
        if (blocks.isEmpty()) {
            return new OwnKey(PrivateKeys.ofPkcs8(content), List.of());
        }
        Pem block =
                blocks.stream()
                        .filter(b -> b.label().endsWith("PRIVATE KEY"))
                        .findFirst()
                        .orElse(blocks.getFirst());
        return new OwnKey(
                block.isEncrypted() && passphrase.isPresent()
                        ? PrivateKeys.open(block, passphrase.get())
                        : PrivateKeys.of(block),
                List.of());
    }

    private static String advice(Item item, Optional<String> passphrase) {
        return passphrase.isPresent()
                ? "check the passphrase, or write the key anew, sealed in PKCS #8: openssl pkcs8 -topk8 -in "
                        + item.text()
                        + " -out NEW"
                : "name the passphrase with passphrase-file or passphrase-env, or write the key unencrypted in"
                        + " PKCS #8, mode 0600: openssl pkcs8 -topk8 -nocrypt -in "
                        + item.text()
                        + " -out NEW";
    }

    /// The one passphrase of a section.
    private Optional<String> passphrase(Section section) {
        List<String> ways =
                Stream.of("passphrase-file", "passphrase-env").filter(section::has).toList();
        if (ways.size() > 1) {
            section.error(ways.getLast(), "there are two passphrases", "keep one of " + ways);
        }
        return section.has("passphrase-file")
                ? secret(section, "passphrase-file")
                : section.item("passphrase-env").flatMap(item -> variable(section, item));
    }

    private Optional<String> variable(Section section, Item item) {
        Optional<String> value = environment.apply(item.text());
        if (value.isEmpty()) {
            section.error(
                    item,
                    "the environment variable " + item.text() + " is not set",
                    "set it before starting");
        }
        return value;
    }

    /// The secret in the file that `key` names, without the line end.
    Optional<String> secret(Section section, String key) {
        Optional<Item> named = section.item(key);
        Optional<byte[]> content = named.flatMap(item -> read(section, item));
        if (named.isEmpty() || content.isEmpty()) {
            return Optional.empty();
        }
        warnOfOpenFile(section, named.get());
        String secret =
                new String(content.get(), StandardCharsets.UTF_8).replaceFirst("\\R\\z", "");
        return Optional.of(secret);
    }

    private List<Octets> blocks(Section section, Item item, String label) {
        Optional<byte[]> content = read(section, item);
        if (content.isEmpty()) {
            return List.of();
        }
        List<Pem> blocks = Pem.read(text(content.get()));
        if (blocks.isEmpty()) {
            return List.of(Octets.wrap(content.get()));
        }
        List<Octets> found = new ArrayList<>();
        for (Pem block : blocks) {
            if (block.label().equals(label)) {
                section.parsed(item, ignored -> Octets.wrap(block.der()), "write base64 in it")
                        .ifPresent(found::add);
            }
        }
        if (found.isEmpty()) {
            section.error(
                    item,
                    "\""
                            + item.text()
                            + "\" holds no "
                            + label
                            + " but "
                            + blocks.getFirst().label(),
                    "name a file with a " + label);
        }
        return found;
    }

    private Optional<byte[]> read(Section section, Item item) {
        Path path = base.resolve(item.text());
        try {
            if (Files.isDirectory(path)) {
                section.error(item, path + " is a folder", WRITE_FILE);
            } else if (Files.size(path) > LARGEST) {
                section.error(item, path + " has more than " + LARGEST + " octets", WRITE_FILE);
            } else {
                return Optional.of(Files.readAllBytes(path));
            }
        } catch (NoSuchFileException e) {
            section.error(item, path + " does not exist", WRITE_FILE);
        } catch (AccessDeniedException e) {
            section.error(item, path + " may not be read by this user", WRITE_FILE);
        } catch (IOException e) {
            section.error(item, path + " cannot be read: " + e.getMessage(), WRITE_FILE);
        }
        return Optional.empty();
    }

    private void warnOfOpenFile(Section section, Item item) {
        Path path = base.resolve(item.text());
        PosixFileAttributeView view =
                Files.getFileAttributeView(path, PosixFileAttributeView.class);
        try {
            if (view != null
                    && view.readAttributes().permissions().stream().anyMatch(OTHERS::contains)) {
                section.warning(
                        item,
                        "other users may read or change this secret",
                        "run: chmod 600 " + path);
            }
        } catch (IOException e) {
            section.warning(
                    item, "its permissions cannot be read", "check that they are 0600: " + path);
        }
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.ISO_8859_1);
    }

    private static ByteArrayInputStream stream(Octets der) {
        return new ByteArrayInputStream(der.toArray());
    }

    private static CertificateFactory x509() {
        try {
            return CertificateFactory.getInstance("X.509");
        } catch (CertificateException e) {
            throw new IllegalStateException("every Java has X.509", e);
        }
    }
}
