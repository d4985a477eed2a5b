package io.culvert.app.config;

import io.culvert.app.config.Section.Item;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Reads the tables `[secrets.*]`.
///
/// @param files where secrets in files come from
/// @param environment the environment variables, or nothing for names that are not set
record SecretsReader(CredentialFiles files, Function<String, Optional<String>> environment) {
    private static final String KEY_RIGHT =
            "write psk = \"…\", psk-file = \"home.psk\" or psk-env = \"NAME_OF_A_VARIABLE\"; for EAP the same with eap";

    private static final List<String> WAYS =
            List.of("psk", "psk-file", "psk-env", "eap", "eap-file", "eap-env");
    private static final List<String> RADIUS_WAYS = List.of("secret", "secret-file", "secret-env");
    private static final String RADIUS_RIGHT =
            "write secret-file = \"radius.secret\", secret-env = \"NAME_OF_A_VARIABLE\" or secret = \"…\"";

    /// What the tables hold.
    ///
    /// @param preShared the pre-shared keys
    /// @param eap the passwords of EAP
    record Secrets(SharedKeys preShared, SharedKeys eap) {
        int count() {
            return preShared.entries().size() + eap.entries().size();
        }
    }

    /// All secrets of the tables.
    Secrets read(Map<String, Section> tables) {
        List<SharedKeys.Entry> preShared = new ArrayList<>();
        List<SharedKeys.Entry> eap = new ArrayList<>();
        for (Section section : tables.values()) {
            List<IdentityPattern> owners =
                    section.parsedAll(
                            "ids",
                            SecretsReader::pattern,
                            "write an identity as in local.id, or a pattern such as \"*@example.org\"");
            Optional<String> way = way(section, WAYS, "psk", KEY_RIGHT);
            Optional<KeyMaterial> key = way.flatMap(w -> key(section, w));
            section.complainOfUnknownKeys();
            List<SharedKeys.Entry> list =
                    way.filter(w -> w.startsWith("eap")).isPresent() ? eap : preShared;
            key.ifPresent(k -> list.add(new SharedKeys.Entry(owners, k)));
        }
        return new Secrets(new SharedKeys(preShared), new SharedKeys(eap));
    }

    /// The secret that a table `[radius]` holds.
    Optional<KeyMaterial> radius(Section section) {
        return way(section, RADIUS_WAYS, "secret", RADIUS_RIGHT).flatMap(w -> key(section, w));
    }

    private static Optional<String> way(
            Section section, List<String> known, String usual, String right) {
        List<String> ways = new ArrayList<>();
        for (String way : known) {
            if (section.has(way)) {
                ways.add(way);
            }
        }
        if (ways.isEmpty()) {
            section.missing(usual, "there is no secret", right);
            return Optional.empty();
        }
        if (ways.size() > 1) {
            section.error(ways.get(1), "there is more than one secret", "keep one of " + ways);
        }
        return Optional.of(ways.getFirst());
    }

    private Optional<KeyMaterial> key(Section section, String way) {
        Optional<String> text =
                switch (way) {
                    case "psk-file", "eap-file", "secret-file" -> files.secret(section, way);
                    case "psk-env", "eap-env", "secret-env" ->
                            section.item(way).flatMap(item -> variable(section, item));
                    default -> section.secret(way);
                };
        return text.flatMap(secret -> decoded(section, way, secret));
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

    /// `0x` starts hexadecimal digits and `0s` base64, as in `swanctl.conf`; the message never holds the secret.
    private static Optional<KeyMaterial> decoded(Section section, String way, String secret) {
        byte[] octets;
        try {
            if (secret.startsWith("0x")) {
                octets = Octets.ofHex(secret.substring(2)).toArray();
            } else if (secret.startsWith("0s")) {
                octets = Base64.getDecoder().decode(secret.substring(2));
            } else {
                octets = secret.getBytes(StandardCharsets.UTF_8);
            }
        } catch (IllegalArgumentException e) {
            section.error(
                    way,
                    "the secret starts like an encoded one but cannot be decoded",
                    "write hexadecimal digits after 0x, base64 after 0s");
            return Optional.empty();
        }
        if (octets.length == 0) {
            section.error(way, "the secret is empty", "make one: culvert pki psk");
            return Optional.empty();
        }
        return Optional.of(KeyMaterial.wrap(purpose(way), octets));
    }

    private static String purpose(String way) {
        if (way.startsWith("eap")) {
            return "password of EAP";
        }
        return way.startsWith("secret") ? "secret of RADIUS" : "pre-shared key";
    }

    private static IdentityPattern pattern(String text) {
        if (!text.equals("%any") && !text.startsWith("*")) {
            Identity.parse(text);
        }
        return new IdentityPattern(text);
    }
}
