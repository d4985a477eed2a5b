package io.culvert.ike.proposal;

import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// strongSwan's words for algorithms, in both directions. Of several words for one algorithm the first is ours.
final class AlgorithmWords {
    /// Encryption algorithms with their key lengths.
    static final Map<String, Encryption> ENCRYPTION = encryption();

    /// Integrity algorithms.
    static final Map<String, IntegrityAlgorithm> INTEGRITY =
            ordered(
                    Map.entry("sha256", IntegrityAlgorithm.HMAC_SHA2_256_128),
                    Map.entry("sha2_256", IntegrityAlgorithm.HMAC_SHA2_256_128),
                    Map.entry("sha384", IntegrityAlgorithm.HMAC_SHA2_384_192),
                    Map.entry("sha2_384", IntegrityAlgorithm.HMAC_SHA2_384_192),
                    Map.entry("sha512", IntegrityAlgorithm.HMAC_SHA2_512_256),
                    Map.entry("sha2_512", IntegrityAlgorithm.HMAC_SHA2_512_256),
                    Map.entry("sha1", IntegrityAlgorithm.HMAC_SHA1_96),
                    Map.entry("sha", IntegrityAlgorithm.HMAC_SHA1_96));

    /// Pseudorandom functions.
    static final Map<String, PrfAlgorithm> PRF =
            ordered(
                    Map.entry("prfsha256", PrfAlgorithm.HMAC_SHA2_256),
                    Map.entry("prfsha384", PrfAlgorithm.HMAC_SHA2_384),
                    Map.entry("prfsha512", PrfAlgorithm.HMAC_SHA2_512),
                    Map.entry("prfsha1", PrfAlgorithm.HMAC_SHA1));

    /// Key exchange methods.
    static final Map<String, KeyExchangeMethod> KEY_EXCHANGE =
            ordered(
                    Map.entry("x25519", KeyExchangeMethod.CURVE25519),
                    Map.entry("curve25519", KeyExchangeMethod.CURVE25519),
                    Map.entry("x448", KeyExchangeMethod.CURVE448),
                    Map.entry("curve448", KeyExchangeMethod.CURVE448),
                    Map.entry("ecp256", KeyExchangeMethod.ECP_256),
                    Map.entry("ecp384", KeyExchangeMethod.ECP_384),
                    Map.entry("ecp521", KeyExchangeMethod.ECP_521),
                    Map.entry("modp2048", KeyExchangeMethod.MODP_2048),
                    Map.entry("modp3072", KeyExchangeMethod.MODP_3072),
                    Map.entry("modp4096", KeyExchangeMethod.MODP_4096),
                    Map.entry("modp6144", KeyExchangeMethod.MODP_6144),
                    Map.entry("modp8192", KeyExchangeMethod.MODP_8192),
                    Map.entry("mlkem512", KeyExchangeMethod.ML_KEM_512),
                    Map.entry("mlkem768", KeyExchangeMethod.ML_KEM_768),
                    Map.entry("mlkem1024", KeyExchangeMethod.ML_KEM_1024));

    /// Sequence numbers: true for 64 bits.
    static final Map<String, Boolean> SEQUENCE_NUMBERS =
            ordered(Map.entry("esn", true), Map.entry("noesn", false));

    private AlgorithmWords() {}

    static String of(Encryption encryption) {
        return first(ENCRYPTION, encryption);
    }

    static String of(IntegrityAlgorithm integrity) {
        return integrity == IntegrityAlgorithm.NONE ? "none" : first(INTEGRITY, integrity);
    }

    static String of(PrfAlgorithm prf) {
        return first(PRF, prf);
    }

    static String of(KeyExchangeMethod method) {
        return first(KEY_EXCHANGE, method);
    }

    static String of(boolean extendedSequenceNumbers) {
        return first(SEQUENCE_NUMBERS, extendedSequenceNumbers);
    }

    /// The prf with the same hash, which an integrity algorithm implies where none is named.
    static PrfAlgorithm prfOf(IntegrityAlgorithm integrity) {
        return switch (integrity) {
            case HMAC_SHA1_96 -> PrfAlgorithm.HMAC_SHA1;
            case HMAC_SHA2_256_128 -> PrfAlgorithm.HMAC_SHA2_256;
            case HMAC_SHA2_384_192 -> PrfAlgorithm.HMAC_SHA2_384;
            case HMAC_SHA2_512_256 -> PrfAlgorithm.HMAC_SHA2_512;
            case NONE -> throw new IllegalArgumentException("no integrity algorithm, no prf");
        };
    }

    private static <T> String first(Map<String, T> words, T wanted) {
        return words.entrySet().stream()
                .filter(entry -> entry.getValue().equals(wanted))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no word for " + wanted));
    }

    private static Map<String, Encryption> encryption() {
        Map<String, Encryption> words = new LinkedHashMap<>();
        for (int bits : new int[] {128, 192, 256}) {
            Encryption gcm = new Encryption(EncryptionAlgorithm.AES_GCM_16, bits);
            words.put("aes" + bits, new Encryption(EncryptionAlgorithm.AES_CBC, bits));
            words.put("aes" + bits + "ctr", new Encryption(EncryptionAlgorithm.AES_CTR, bits));
            words.put("aes" + bits + "gcm16", gcm);
            words.put("aes" + bits + "gcm128", gcm);
        }
        words.put("aes", new Encryption(EncryptionAlgorithm.AES_CBC, 128));
        words.put("aesctr", new Encryption(EncryptionAlgorithm.AES_CTR, 128));
        words.put("chacha20poly1305", new Encryption(EncryptionAlgorithm.CHACHA20_POLY1305, 0));
        return Collections.unmodifiableMap(words);
    }

    @SafeVarargs
    private static <T> Map<String, T> ordered(Map.Entry<String, T>... entries) {
        Map<String, T> words = new LinkedHashMap<>();
        for (Map.Entry<String, T> entry : entries) {
            words.put(entry.getKey(), entry.getValue());
        }
        return Collections.unmodifiableMap(words);
    }
}
