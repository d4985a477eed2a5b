package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The certificates, revocation lists and private keys that `make-certificates.sh` made, in DER, by name.
public final class TestCertificates {
    private static final Map<String, List<Octets>> BY_NAME = read();

    private TestCertificates() {}

    /// What has these names, which are separated by spaces.
    public static List<Octets> named(String names) {
        return Arrays.stream(names.split(" "))
                .filter(name -> !name.isEmpty())
                .flatMap(name ->
                        Optional.ofNullable(BY_NAME.get(name))
                                .orElseThrow(() -> new IllegalArgumentException(name))
                                .stream())
                .toList();
    }

    /// The names of all.
    static List<String> names() {
        return BY_NAME.keySet().stream().sorted().toList();
    }

    private static Map<String, List<Octets>> read() {
        Map<String, List<Octets>> found = new HashMap<>();
        String name = "";
        Optional<StringBuilder> base64 = Optional.empty();
        for (String line : lines()) {
            if (line.startsWith("-----BEGIN")) {
                base64 = Optional.of(new StringBuilder());
            } else if (line.startsWith("-----END")) {
                String text = base64.orElseThrow().toString();
                found.computeIfAbsent(name, _ -> new ArrayList<>())
                        .add(Octets.wrap(Base64.getDecoder().decode(text)));
                base64 = Optional.empty();
            } else if (base64.isPresent()) {
                base64.get().append(line);
            } else {
                name = line;
            }
        }
        return found;
    }

    private static List<String> lines() {
        try (InputStream in = TestCertificates.class.getResourceAsStream("certificates.txt")) {
            if (in == null) {
                throw new IllegalStateException("certificates.txt is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
