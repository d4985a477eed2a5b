package io.culvert.app.pki;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One block of a PEM file.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7468#section-2 RFC 7468 section 2
/// @param label what the block holds, such as `CERTIFICATE`
/// @param headers lines of the old encapsulated headers, such as `Proc-Type: 4,ENCRYPTED`; mostly empty
/// @param base64 the content, still encoded
public record Pem(String label, List<String> headers, String base64) {
    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\r?\n(.*?)-----END \\1-----",
                    Pattern.DOTALL);
    private static final int LINE = 64;

    /// Copies the list.
    public Pem {
        headers = List.copyOf(headers);
    }

    /// All blocks in `text`; what stands between them is skipped.
    public static List<Pem> read(String text) {
        List<Pem> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            List<String> headers = new ArrayList<>();
            StringBuilder content = new StringBuilder();
            for (String line : matcher.group(2).split("\\R", -1)) {
                if (line.contains(":")) {
                    headers.add(line.strip());
                } else {
                    content.append(line.strip());
                }
            }
            blocks.add(new Pem(matcher.group(1), headers, content.toString()));
        }
        return blocks;
    }

    /// A block of `der` as text, with a line feed at the end.
    public static String write(String label, byte[] der) {
        String content =
                Base64.getMimeEncoder(LINE, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + content + "\n-----END " + label + "-----\n";
    }

    /// Whether the content is encrypted with a passphrase.
    public boolean isEncrypted() {
        return label.equals("ENCRYPTED PRIVATE KEY")
                || headers.stream().anyMatch(h -> h.contains("ENCRYPTED"));
    }

    /// The decoded content.
    ///
    /// @throws IllegalArgumentException if it is not base64
    public byte[] der() {
        return Base64.getDecoder().decode(base64);
    }
}
