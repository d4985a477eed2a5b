package io.culvert.interop;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The keys of a strongSwan daemon's first IKE SA and first Child SA, taken from its log of level 4.
///
/// It proves the way tshark is asked without any part of Culvert. It knows one suite:
/// `aes128-sha256` for IKE and `aes128gcm16` for ESP.
final class StrongSwanKeyLog {
    private static final Pattern SPIS =
            Pattern.compile("(\\p{XDigit}{16})_i\\*? (\\p{XDigit}{16})_r");
    private static final Pattern OCTETS =
            Pattern.compile("\\[(?:IKE|CHD)\\] +\\d+: ((?:\\p{XDigit}{2} ){1,16})");
    private static final String IKE_ENCRYPTION = "AES-CBC-128 [RFC3602]";
    private static final String IKE_INTEGRITY = "HMAC_SHA2_256_128 [RFC4868]";
    private static final String ESP_ENCRYPTION = "AES-GCM with 16 octet ICV [RFC4106]";

    private final StrongSwan swan;
    private final String log;

    private StrongSwanKeyLog(StrongSwan swan) {
        this.swan = swan;
        this.log = swan.log();
    }

    /// Writes Wireshark's two tables into a folder.
    static Path write(StrongSwan initiator, Path folder) {
        StrongSwanKeyLog keys = new StrongSwanKeyLog(initiator);
        TextFiles.write(folder.resolve("ikev2_decryption_table"), keys.ikeLine());
        TextFiles.write(
                folder.resolve("esp_sa"),
                keys.espLine("outbound", "encryption initiator key")
                        + keys.espLine("inbound", "encryption responder key"));
        return folder;
    }

    private String ikeLine() {
        Matcher spis = find(SPIS, swan.sas());
        return String.join(
                        ",",
                        spis.group(1),
                        spis.group(2),
                        key("Sk_ei secret"),
                        key("Sk_er secret"),
                        '"' + IKE_ENCRYPTION + '"',
                        key("Sk_ai secret"),
                        key("Sk_ar secret"),
                        '"' + IKE_INTEGRITY + '"')
                + "\n";
    }

    private String espLine(String direction, String keyName) {
        Matcher spi =
                find(
                        Pattern.compile(
                                "adding " + direction + " ESP SA\\R.*SPI (0x\\p{XDigit}+),"),
                        log);
        return "\"IPv4\",\"*\",\"*\",\"%s\",\"%s\",\"0x%s\",\"NULL\",\"\"\n"
                .formatted(spi.group(1), ESP_ENCRYPTION, key(keyName));
    }

    private String key(String name) {
        Matcher start = find(Pattern.compile(Pattern.quote(name) + " => (\\d+) bytes.*\\R"), log);
        int digits = 2 * Integer.parseInt(start.group(1));
        StringBuilder key = new StringBuilder();
        Matcher octets = OCTETS.matcher(log);
        int position = start.end();
        while (key.length() < digits && octets.find(position)) {
            key.append(octets.group(1).replace(" ", ""));
            position = octets.end();
        }
        return key.toString();
    }

    private static Matcher find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new AssertionError("no " + pattern + " in:\n" + text);
        }
        return matcher;
    }
}
