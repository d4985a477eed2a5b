package io.culvert.ike.proposal;

import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads proposals in strongSwan's notation: words for algorithms joined by hyphens, such as
/// `aes128gcm16-prfsha256-x25519`, `aes256-aes128-sha256-modp2048-ecp256`, `aes256gcm16-esn-noesn` or `default`.
///
/// Several words of one sort are alternatives, best first. A prf that is not named follows from the integrity algorithms.
/// Beside an AEAD an integrity algorithm only names the prf, if it does even that. A proposal that mixes AEADs with other
/// ciphers becomes two, since such a mixture must not be sent. `ke1_mlkem768` to `ke7_…` are additional key exchanges,
/// which `ke1_none` beside them makes optional. ESP without `esn` or `noesn` has 32-bit sequence numbers.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.3 RFC 7296 section 3.3
/// @spec https://www.rfc-editor.org/rfc/rfc8247#section-2 RFC 8247 section 2
public final class ProposalParser {
    private static final String DEFAULT = "default";
    private static final Pattern ADDITIONAL = Pattern.compile("ke([1-7])_([a-z0-9]+)");

    /// AEADs first, then CBC for peers that know no AEAD; X25519 is what the first KE payload is for. RFC 8247 wants
    /// AES-CBC, AES-GCM, SHA-256, ecp256 and modp2048 to be there; nothing that it discourages is.
    private static final List<String> DEFAULT_IKE =
            List.of(
                    "aes256gcm16-aes128gcm16-chacha20poly1305-prfsha384-prfsha256-prfsha512"
                            + "-x25519-ecp384-ecp256-x448-ecp521-modp3072-modp4096-modp2048",
                    "aes256-aes128-sha384-sha256-sha512"
                            + "-x25519-ecp384-ecp256-x448-ecp521-modp3072-modp4096-modp2048");

    /// ML-KEM-768 beside what everybody has: whoever breaks one of the two gains nothing.
    private static final List<String> DEFAULT_POST_QUANTUM =
            DEFAULT_IKE.stream().map(text -> text + "-ke1_mlkem768-ke1_mlkem1024").toList();

    /// Without a key exchange of their own, as most peers have it; with 32-bit sequence numbers as the alternative.
    private static final List<String> DEFAULT_ESP =
            List.of(
                    "aes256gcm16-aes128gcm16-chacha20poly1305-esn-noesn",
                    "aes256-aes128-sha256-sha384-sha512-esn-noesn");

    /// Words of strongSwan for what must not be used any more (RFC 8247, RFC 8221).
    private static final Set<String> WEAK =
            Set.of(
                    "des",
                    "3des",
                    "blowfish",
                    "blowfish128",
                    "blowfish192",
                    "blowfish256",
                    "cast128",
                    "null",
                    "md5",
                    "md5_128",
                    "prfmd5",
                    "modp768",
                    "modp1024",
                    "modp1536",
                    "modp1024s160",
                    "modp2048s224",
                    "modp2048s256",
                    "ecp192",
                    "ecp224",
                    "sha256_96",
                    "sha1_160");

    private ProposalParser() {}

    /// The IKE proposals that one text stands for, best first.
    ///
    /// @throws IllegalArgumentException if it cannot be read; the message names the word and what would be right
    public static List<IkeProposal> ike(String text) {
        if (isDefault(text)) {
            return DEFAULT_IKE.stream().flatMap(each -> ike(each).stream()).toList();
        }
        Words words = Words.read(text);
        if (!words.sequenceNumbers.isEmpty()) {
            throw wrong(text, "esn and noesn are for ESP alone");
        }
        if (words.keyExchanges.isEmpty()) {
            throw wrong(text, "a key exchange method is missing, such as x25519 or modp2048");
        }
        if (words.prfs.isEmpty() && words.integrity.isEmpty()) {
            throw wrong(text, "a prf is missing, such as prfsha256");
        }
        List<PrfAlgorithm> prfs =
                words.prfs.isEmpty()
                        ? words.integrity.stream().map(AlgorithmWords::prfOf).toList()
                        : List.copyOf(words.prfs);
        List<KeyExchangeMethod> methods = List.copyOf(words.keyExchanges);
        List<AdditionalKeyExchange> additional = words.additional();
        return words.byKind(text).stream()
                .map(part ->
                        new IkeProposal(
                                part.encryption(), prfs, part.integrity(), methods, additional))
                .toList();
    }

    /// As [#ike], where `default` stands for proposals that quantum computers are not known to break.
    public static List<IkeProposal> ikePostQuantum(String text) {
        return isDefault(text)
                ? DEFAULT_POST_QUANTUM.stream().flatMap(each -> ike(each).stream()).toList()
                : ike(text);
    }

    /// The ESP proposals that one text stands for, best first.
    ///
    /// @throws IllegalArgumentException if it cannot be read; the message names the word and what would be right
    public static List<EspProposal> esp(String text) {
        if (isDefault(text)) {
            return DEFAULT_ESP.stream().flatMap(each -> esp(each).stream()).toList();
        }
        Words words = Words.read(text);
        if (!words.prfs.isEmpty()) {
            throw wrong(
                    text, AlgorithmWords.of(words.prfs.iterator().next()) + " is for IKE alone");
        }
        List<Boolean> sequenceNumbers =
                words.sequenceNumbers.isEmpty()
                        ? List.of(false)
                        : List.copyOf(words.sequenceNumbers);
        List<KeyExchangeMethod> methods = List.copyOf(words.keyExchanges);
        List<AdditionalKeyExchange> additional = words.additional();
        if (methods.isEmpty() && !additional.isEmpty()) {
            throw wrong(
                    text, additional.getFirst() + " needs a first key exchange, such as x25519");
        }
        return words.byKind(text).stream()
                .map(part ->
                        new EspProposal(
                                part.encryption(),
                                part.integrity(),
                                methods,
                                additional,
                                sequenceNumbers))
                .toList();
    }

    private static boolean isDefault(String text) {
        return text.strip().equalsIgnoreCase(DEFAULT);
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException("proposal \"" + text + "\": " + why);
    }

    /// Encryption that goes into one proposal, with the integrity that goes with it.
    private record Part(List<Encryption> encryption, List<IntegrityAlgorithm> integrity) {}

    /// The words of one text, sorted by what they are for, in their order, each once.
    private static final class Words {
        final Set<Encryption> encryption = new LinkedHashSet<>();
        final Set<IntegrityAlgorithm> integrity = new LinkedHashSet<>();
        final Set<PrfAlgorithm> prfs = new LinkedHashSet<>();
        final Set<KeyExchangeMethod> keyExchanges = new LinkedHashSet<>();
        final Set<AdditionalKeyExchange> additional = new LinkedHashSet<>();
        final Set<Boolean> sequenceNumbers = new LinkedHashSet<>();

        static Words read(String text) {
            Words words = new Words();
            for (String word : text.strip().toLowerCase(Locale.ROOT).split("-", -1)) {
                boolean known =
                        add(AlgorithmWords.ENCRYPTION, word, words.encryption)
                                || add(AlgorithmWords.INTEGRITY, word, words.integrity)
                                || add(AlgorithmWords.PRF, word, words.prfs)
                                || add(AlgorithmWords.KEY_EXCHANGE, word, words.keyExchanges)
                                || add(AlgorithmWords.SEQUENCE_NUMBERS, word, words.sequenceNumbers)
                                || words.addAdditional(word);
                if (!known) {
                    throw wrong(text, whatIsWrongWith(word));
                }
            }
            if (words.encryption.isEmpty()) {
                throw wrong(text, "an encryption algorithm is missing, such as aes256gcm16");
            }
            return words;
        }

        /// AEADs and other ciphers apart, the kind that was named first before the other.
        List<Part> byKind(String text) {
            List<Encryption> aeads = encryption.stream().filter(Encryption::isAead).toList();
            List<Encryption> others = encryption.stream().filter(e -> !e.isAead()).toList();
            if (!others.isEmpty() && integrity.isEmpty()) {
                throw wrong(
                        text,
                        AlgorithmWords.of(others.getFirst())
                                + " needs an integrity algorithm beside it, such as sha256");
            }
            List<Part> parts = new ArrayList<>();
            if (!aeads.isEmpty()) {
                parts.add(new Part(aeads, List.of()));
            }
            if (!others.isEmpty()) {
                int place = encryption.iterator().next().isAead() ? parts.size() : 0;
                parts.add(place, new Part(others, List.copyOf(integrity)));
            }
            return parts;
        }

        /// `ke1_mlkem768` to `ke7_none`.
        private boolean addAdditional(String word) {
            Matcher matcher = ADDITIONAL.matcher(word);
            if (!matcher.matches()) {
                return false;
            }
            Optional<KeyExchangeMethod> method =
                    Optional.ofNullable(AlgorithmWords.KEY_EXCHANGE.get(matcher.group(2)));
            if (method.isEmpty() && !matcher.group(2).equals("none")) {
                return false;
            }
            additional.add(new AdditionalKeyExchange(Integer.parseInt(matcher.group(1)), method));
            return true;
        }

        /// In the order of their numbers, and for each number in the order of the text.
        List<AdditionalKeyExchange> additional() {
            return additional.stream()
                    .sorted(Comparator.comparingInt(AdditionalKeyExchange::number))
                    .toList();
        }

        private static <T> boolean add(Map<String, T> words, String word, Set<T> found) {
            T algorithm = words.get(word);
            if (algorithm == null) {
                return false;
            }
            found.add(algorithm);
            return true;
        }
    }

    private static String whatIsWrongWith(String word) {
        if (word.isEmpty()) {
            return "a word is missing between hyphens";
        }
        if (word.equals(DEFAULT)) {
            return "\"default\" stands alone";
        }
        if (ADDITIONAL.matcher(word).matches()) {
            String method = word.substring(word.indexOf('_') + 1);
            return "in \"" + word + "\", " + whatIsWrongWith(method);
        }
        if (WEAK.contains(word)) {
            return "\"" + word + "\" is too weak to be used";
        }
        String nearest =
                Stream.of(
                                AlgorithmWords.ENCRYPTION,
                                AlgorithmWords.INTEGRITY,
                                AlgorithmWords.PRF,
                                AlgorithmWords.KEY_EXCHANGE,
                                AlgorithmWords.SEQUENCE_NUMBERS)
                        .flatMap(words -> words.keySet().stream())
                        .min(Comparator.comparingInt(known -> distance(known, word)))
                        .orElseThrow();
        return "\"" + word + "\" is not known here, the nearest word is \"" + nearest + "\"";
    }

    /// How many characters must be inserted, removed or replaced to get from one word to the other.
    private static int distance(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int j = 0; j < above.length; j++) {
            above[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[above.length];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[to.length()];
    }
}
