package io.culvert.app.config;

import io.culvert.app.config.Section.Item;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
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
            "write psk = \"…\", psk-file = \"home.psk\" or psk-env = \"NAME_OF_A_VARIABLE\"; for EAP the same with eap, for a PPK with ppk";

    /// 256 bits, of which a quantum computer leaves half.
    private static final int LEAST_PPK_OCTETS = 32;

    private static final List<String> WAYS =
            List.of(
                    "psk",
                    "psk-file",
                    "psk-env",
                    "eap",
                    "eap-file",
                    "eap-env",
                    "ppk",
                    "ppk-file",
                    "ppk-env",
                    "ppk-command");
    private static final List<String> RADIUS_WAYS = List.of("secret", "secret-file", "secret-env");
    private static final String RADIUS_RIGHT =
            "write secret-file = \"radius.secret\", secret-env = \"NAME_OF_A_VARIABLE\" or secret = \"…\"";

    /// What the tables hold.
    ///
    /// @param preShared the pre-shared keys
    /// @param eap the passwords of EAP
    /// @param ppks the post-quantum pre-shared keys, by their names
    /// @param count how many tables could be read
    record Secrets(
            SharedKeys preShared, SharedKeys eap, Map<String, KeyMaterial> ppks, int count) {}

    /// All secrets of the tables.
    Secrets read(Map<String, Section> tables) {
        List<SharedKeys.Entry> preShared = new ArrayList<>();
        List<SharedKeys.Entry> eap = new ArrayList<>();
        Map<String, KeyMaterial> ppks = new LinkedHashMap<>();
        int count = 0;
        for (Section section : tables.values()) {
            Optional<String> way = way(section, WAYS, "psk", KEY_RIGHT);
            boolean ppk = way.filter(w -> w.startsWith("ppk")).isPresent();
            List<IdentityPattern> owners = ppk ? List.of() : owners(section);
            List<String> names = ppk ? names(section) : List.of();
            Optional<KeyMaterial> key = way.flatMap(w -> key(section, w));
            section.complainOfUnknownKeys();
            List<SharedKeys.Entry> list =
                    way.filter(w -> w.startsWith("eap")).isPresent() ? eap : preShared;
            if (key.isPresent()) {
                count++;
                names.forEach(name -> ppks.put(name, key.get()));
                if (!ppk) {
                    list.add(new SharedKeys.Entry(owners, key.get()));
                }
            }
        }
        return new Secrets(new SharedKeys(preShared), new SharedKeys(eap), Map.copyOf(ppks), count);
    }

    private static List<IdentityPattern> owners(Section section) {
        return section.parsedAll(
                "ids",
                SecretsReader::pattern,
                "write an identity as in local.id, or a pattern such as \"*@example.org\"");
    }

    /// The names of a PPK, which mean nothing but in `ppk-id`.
    private static List<String> names(Section section) {
        List<String> names = section.items("ids").stream().map(Item::text).toList();
        if (names.isEmpty()) {
            section.missing("ids", "the PPK has no name", "write ids = [\"…\"], as in ppk-id");
        }
        return names;
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
                    case "psk-file", "eap-file", "ppk-file", "secret-file" ->
                            files.secret(section, way);
                    case "ppk-command" -> output(section, way);
                    case "psk-env", "eap-env", "ppk-env", "secret-env" ->
                            section.item(way).flatMap(item -> variable(section, item));
                    default -> section.secret(way);
                };
        return text.flatMap(secret -> decoded(section, way, secret));
    }

    private static Optional<String> output(Section section, String way) {
        List<String> command = section.items(way).stream().map(Item::text).toList();
        try {
            return command.isEmpty() ? Optional.empty() : Optional.of(SecretCommand.run(command));
        } catch (IOException e) {
            section.error(
                    way,
                    "the program " + command.getFirst() + " gives no secret: " + e.getMessage(),
                    "run it by hand");
            return Optional.empty();
        }
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
        if (way.startsWith("ppk") && octets.length < LEAST_PPK_OCTETS) {
            section.error(
                    way,
                    "a PPK has at least " + LEAST_PPK_OCTETS + " octets, this one " + octets.length,
                    "make one: culvert pki psk");
            return Optional.empty();
        }
        return Optional.of(KeyMaterial.wrap(purpose(way), octets));
    }

    private static String purpose(String way) {
        if (way.startsWith("eap")) {
            return "password of EAP";
        }
        if (way.startsWith("ppk")) {
            return "PPK";
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
