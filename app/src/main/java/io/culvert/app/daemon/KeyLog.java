package io.culvert.app.daemon;

import io.culvert.ike.api.RevealedKeys;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Spi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;

/// Writes keys for Wireshark: a person who holds these files can read all traffic. Off unless asked for.
///
/// The files have Wireshark's own names, so that `WIRESHARK_CONFIG_DIR=FOLDER wireshark` reads them. SAs whose
/// algorithm Wireshark has no name for become a comment, since one unknown name makes it refuse the whole file.
public final class KeyLog implements Consumer<RevealedKeys>, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(KeyLog.class.getName());
    private static final HexFormat HEX = HexFormat.of();

    private final Path folder;
    private final Writer ike;
    private final Writer esp;

    private KeyLog(Path folder, Writer ike, Writer esp) {
        this.folder = folder;
        this.ike = ike;
        this.esp = esp;
    }

    /// Opens the two files in `folder`, which is made if it is missing, for appending.
    public static KeyLog open(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            Files.createDirectories(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        Writer ike = open(folder, "ikev2_decryption_table");
        try {
            return new KeyLog(folder, ike, open(folder, "esp_sa"));
        } catch (IOException e) {
            ike.close();
            throw e;
        }
    }

    private static Writer open(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        if (Files.notExists(file)) {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        Writer writer =
                Files.newBufferedWriter(file, StandardCharsets.US_ASCII, StandardOpenOption.APPEND);
        writer.write("# Culvert key log: whoever has this file can read the traffic\n");
        writer.flush();
        return writer;
    }

    /// Where the files are.
    public Path folder() {
        return folder;
    }

    @Override
    public synchronized void accept(RevealedKeys keys) {
        try {
            switch (keys) {
                case RevealedKeys.OfIkeSa sa -> append(ike, line(sa));
                case RevealedKeys.OfChildSa sa -> append(esp, lines(sa));
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "the key log cannot be written: " + e.getMessage());
        }
    }

    private static void append(Writer writer, String text) throws IOException {
        writer.write(text);
        writer.flush();
    }

    /// `SPIi,SPIr,SK_ei,SK_er,"encryption",SK_ai,SK_ar,"integrity"`, keys with their salt at the end.
    static String line(RevealedKeys.OfIkeSa sa) {
        Optional<String> encryption =
                ikeEncryption(
                        sa.suite().encryption().algorithm(),
                        sa.suite().encryption().keyLengthBits());
        if (encryption.isEmpty()) {
            return "# %s %s %s: Wireshark has no name for it\n"
                    .formatted(
                            sa.initiatorSpi(),
                            sa.responderSpi(),
                            sa.suite().encryption().algorithm());
        }
        return "%s,%s,%s,%s,\"%s\",%s,%s,\"%s\"\n"
                .formatted(
                        sa.initiatorSpi(),
                        sa.responderSpi(),
                        hex(sa.skEi()),
                        hex(sa.skEr()),
                        encryption.get(),
                        hex(sa.skAi()),
                        hex(sa.skAr()),
                        ikeIntegrity(sa.suite().integrity()));
    }

    /// One line for each direction.
    static String lines(RevealedKeys.OfChildSa sa) {
        ChildSaSpec spec = sa.spec();
        String version = sa.remote() instanceof Inet4Address ? "IPv4" : "IPv6";
        return line(version, spec, spec.inboundSpi(), spec.inboundKeys())
                + line(version, spec, spec.outboundSpi(), spec.outboundKeys());
    }

    private static String line(String version, ChildSaSpec spec, Spi spi, EspKeys keys) {
        Optional<String> encryption = espEncryption(spec.transform().encryption());
        if (encryption.isEmpty()) {
            return "# 0x%s %s: Wireshark has no name for it\n"
                    .formatted(spi, spec.transform().encryption());
        }
        String integrity = hex(keys.integrity());
        // any addresses: a NAT changes them, and the SPI is enough
        return "\"%s\",\"*\",\"*\",\"0x%s\",\"%s\",\"0x%s\",\"%s\",\"%s\"\n"
                .formatted(
                        version,
                        spi,
                        encryption.get(),
                        hex(keys.encryption()),
                        espIntegrity(spec.transform().integrity()),
                        integrity.isEmpty() ? "" : "0x" + integrity);
    }

    private static Optional<String> ikeEncryption(EncryptionAlgorithm algorithm, int bits) {
        return switch (algorithm) {
            case AES_CBC -> Optional.of("AES-CBC-" + bits + " [RFC3602]");
            case AES_CTR -> Optional.of("AES-CTR-" + bits + " [RFC5930]");
            case AES_GCM_16 -> Optional.of("AES-GCM-" + bits + " with 16 octet ICV [RFC5282]");
            case CHACHA20_POLY1305 -> Optional.empty();
        };
    }

    private static Optional<String> espEncryption(EncryptionAlgorithm algorithm) {
        return switch (algorithm) {
            case AES_CBC -> Optional.of("AES-CBC [RFC3602]");
            case AES_CTR -> Optional.of("AES-CTR [RFC3686]");
            case AES_GCM_16 -> Optional.of("AES-GCM with 16 octet ICV [RFC4106]");
            case CHACHA20_POLY1305 -> Optional.empty();
        };
    }

    private static String ikeIntegrity(IntegrityAlgorithm algorithm) {
        return switch (algorithm) {
            case NONE -> "NONE [RFC4306]";
            case HMAC_SHA1_96 -> "HMAC_SHA1_96 [RFC2404]";
            case HMAC_SHA2_256_128 -> "HMAC_SHA2_256_128 [RFC4868]";
            case HMAC_SHA2_384_192 -> "HMAC_SHA2_384_192 [RFC4868]";
            case HMAC_SHA2_512_256 -> "HMAC_SHA2_512_256 [RFC4868]";
        };
    }

    private static String espIntegrity(IntegrityAlgorithm algorithm) {
        return switch (algorithm) {
            case NONE -> "NULL";
            case HMAC_SHA1_96 -> "HMAC-SHA-1-96 [RFC2404]";
            case HMAC_SHA2_256_128 -> "HMAC-SHA-256-128 [RFC4868]";
            case HMAC_SHA2_384_192 -> "HMAC-SHA-384-192 [RFC4868]";
            case HMAC_SHA2_512_256 -> "HMAC-SHA-512-256 [RFC4868]";
        };
    }

    private static String hex(KeyMaterial key) {
        return HEX.formatHex(key.expose());
    }

    @Override
    public synchronized void close() {
        try (ike;
                esp) {
            LOG.log(System.Logger.Level.DEBUG, () -> "the key log " + folder + " is closed");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
