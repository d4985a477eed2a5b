package io.culvert.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.RevealedKeys;
import io.culvert.ike.proposal.Encryption;
import io.culvert.ike.proposal.IkeSuite;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The lines are those that tshark 4.0 was seen to decrypt captures with.
class KeyLogTest {
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("192.0.2.1");

    private static KeyMaterial key(String hex) {
        return KeyMaterial.wrap("key", Octets.ofHex(hex).toArray());
    }

    private static RevealedKeys.OfIkeSa ike(
            EncryptionAlgorithm encryption, int bits, IntegrityAlgorithm integrity, String auth) {
        return new RevealedKeys.OfIkeSa(
                new IkeSpi(0x90b9b7bca337c4edL),
                new IkeSpi(0x9ea1212d0ae0f715L),
                new IkeSuite(
                        new Encryption(encryption, bits),
                        PrfAlgorithm.HMAC_SHA2_256,
                        integrity,
                        KeyExchangeMethod.CURVE25519),
                key("0A0b"),
                key("0c0d"),
                key(auth),
                key(auth));
    }

    private static RevealedKeys.OfChildSa child(
            EncryptionAlgorithm encryption, int bits, IntegrityAlgorithm integrity, String auth) {
        EspKeys keys = new EspKeys(key("1122"), key(auth));
        List<TrafficSelector> selectors = List.of(TrafficSelector.of(ADDRESS));
        return new RevealedKeys.OfChildSa(
                ADDRESS,
                ADDRESS,
                new ChildSaSpec(
                        new ChildSaId(1),
                        "home/net",
                        new EspTransform(encryption, bits, integrity, false),
                        ChildSaSpec.Mode.TUNNEL,
                        new Spi(0xaeab369d),
                        keys,
                        new Spi(0x1000),
                        keys,
                        selectors,
                        selectors,
                        new EspRoute.Unknown(),
                        64,
                        Lifetime.UNLIMITED));
    }

    @Test
    @DisplayName(
            "an IKE SA is one line of ikev2_decryption_table, a comment if Wireshark lacks the name")
    void writesIkeSas() {
        String spis = "90b9b7bca337c4ed,9ea1212d0ae0f715,0a0b,0c0d,";
        assertThat(
                        KeyLog.line(
                                ike(
                                        EncryptionAlgorithm.AES_CBC,
                                        128,
                                        IntegrityAlgorithm.HMAC_SHA2_256_128,
                                        "ee")))
                .isEqualTo(
                        spis + "\"AES-CBC-128 [RFC3602]\",ee,ee,\"HMAC_SHA2_256_128 [RFC4868]\"\n");
        assertThat(
                        KeyLog.line(
                                ike(
                                        EncryptionAlgorithm.AES_GCM_16,
                                        256,
                                        IntegrityAlgorithm.NONE,
                                        "")))
                .isEqualTo(
                        spis
                                + "\"AES-GCM-256 with 16 octet ICV [RFC5282]\",,,\"NONE [RFC4306]\"\n");
        assertThat(
                        KeyLog.line(
                                ike(
                                        EncryptionAlgorithm.CHACHA20_POLY1305,
                                        0,
                                        IntegrityAlgorithm.NONE,
                                        "")))
                .startsWith("# 90b9b7bca337c4ed 9ea1212d0ae0f715 CHACHA20_POLY1305:")
                .doesNotContain("0a0b");
    }

    @Test
    @DisplayName("a Child SA is two lines of esp_sa")
    void writesChildSas() {
        assertThat(
                        KeyLog.lines(
                                child(
                                        EncryptionAlgorithm.AES_GCM_16,
                                        128,
                                        IntegrityAlgorithm.NONE,
                                        "")))
                .isEqualTo(
                        """
                        "IPv4","*","*","0xaeab369d","AES-GCM with 16 octet ICV [RFC4106]","0x1122","NULL",""
                        "IPv4","*","*","0x00001000","AES-GCM with 16 octet ICV [RFC4106]","0x1122","NULL",""
                        """);
        assertThat(
                        KeyLog.lines(
                                child(
                                        EncryptionAlgorithm.AES_CBC,
                                        256,
                                        IntegrityAlgorithm.HMAC_SHA2_512_256,
                                        "3344")))
                .startsWith(
                        "\"IPv4\",\"*\",\"*\",\"0xaeab369d\",\"AES-CBC [RFC3602]\",\"0x1122\","
                                + "\"HMAC-SHA-512-256 [RFC4868]\",\"0x3344\"\n");
        assertThat(
                        KeyLog.lines(
                                child(
                                        EncryptionAlgorithm.CHACHA20_POLY1305,
                                        0,
                                        IntegrityAlgorithm.NONE,
                                        "")))
                .startsWith("# 0xaeab369d CHACHA20_POLY1305:")
                .doesNotContain("1122");
    }

    @Test
    @DisplayName("the files are private, are appended to, and are there at once")
    void appends(@TempDir Path folder) throws Exception {
        Path keys = folder.resolve("keys");
        RevealedKeys.OfIkeSa sa =
                ike(EncryptionAlgorithm.AES_CTR, 192, IntegrityAlgorithm.HMAC_SHA1_96, "ee");
        for (int run = 1; run <= 2; run++) {
            try (KeyLog log = KeyLog.open(keys)) {
                log.accept(sa);
                assertThat(Files.readString(keys.resolve("ikev2_decryption_table")))
                        .endsWith(KeyLog.line(sa));
            }
        }
        assertThat(Files.readString(keys.resolve("ikev2_decryption_table")).lines().toList())
                .hasSize(4);
        for (String file : List.of("ikev2_decryption_table", "esp_sa")) {
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(keys.resolve(file))))
                    .isEqualTo("rw-------");
        }
    }
}
