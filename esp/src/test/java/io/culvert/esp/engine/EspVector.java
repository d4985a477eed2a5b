package io.culvert.esp.engine;

import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// One packet of `esp-vectors.txt`.
record EspVector(Map<String, String> values) {
    static List<EspVector> all() {
        try (InputStream in = EspVector.class.getResourceAsStream("esp-vectors.txt")) {
            String text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return Arrays.stream(text.split("\n\n")).map(EspVector::parse).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static EspVector parse(String block) {
        return new EspVector(
                block.lines()
                        .map(line -> line.split(" = ?", 2))
                        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1])));
    }

    EspTransform transform() {
        return new EspTransform(
                EncryptionAlgorithm.valueOf(value("encryption")),
                Integer.parseInt(value("keyBits")),
                IntegrityAlgorithm.valueOf(value("integrity")),
                Boolean.parseBoolean(value("esn")));
    }

    EspKeys keys() {
        return new EspKeys(
                KeyMaterial.wrap("encryption", octets("encryptionKey").toArray()),
                KeyMaterial.wrap("integrity", octets("integrityKey").toArray()));
    }

    Spi spi() {
        return Spi.of(octets("spi"));
    }

    long sequence() {
        return octets("sequence").u64(0);
    }

    IvSource ivs() {
        return (_, iv) -> octets("iv").copyTo(iv, 0);
    }

    int nextHeader() {
        return Integer.parseInt(value("nextHeader"));
    }

    Octets payload() {
        return octets("payload");
    }

    Octets packet() {
        return octets("packet");
    }

    private Octets octets(String key) {
        return Octets.ofHex(value(key));
    }

    private String value(String key) {
        return Objects.requireNonNull(values.get(key), key);
    }

    @Override
    public String toString() {
        return value("name");
    }
}
