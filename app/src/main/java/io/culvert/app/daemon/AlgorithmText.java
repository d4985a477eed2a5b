package io.culvert.app.daemon;

import io.culvert.ike.proposal.AdditionalKeyExchange;
import io.culvert.ike.proposal.Encryption;
import io.culvert.ike.proposal.IkeSuite;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.dataplane.EspTransform;
import java.util.List;
import java.util.stream.Collectors;

/// Writes agreed algorithms in the notation of the configuration.
public final class AlgorithmText {
    private AlgorithmText() {}

    /// Such as `aes128gcm16-prfsha256-x25519`, or `aes128-sha256-x25519` where the prf follows from the integrity
    /// algorithm.
    public static String of(IkeSuite suite) {
        String prf = "-prf" + prf(suite.prf());
        String integrity =
                suite.integrity() == IntegrityAlgorithm.NONE
                        ? ""
                        : "-" + integrity(suite.integrity());
        boolean implied = integrity.equals("-" + prf(suite.prf()));
        return encryption(suite.encryption())
                + integrity
                + (implied ? "" : prf)
                + "-"
                + keyExchange(suite.keyExchange())
                + additional(suite.additional());
    }

    /// Such as `aes128gcm16`, `aes256-sha256-esn`.
    public static String of(EspTransform transform) {
        String integrity =
                transform.integrity() == IntegrityAlgorithm.NONE
                        ? ""
                        : "-" + integrity(transform.integrity());
        return encryption(new Encryption(transform.encryption(), transform.keyLengthBits()))
                + integrity
                + (transform.extendedSequenceNumbers() ? "-esn" : "");
    }

    private static String encryption(Encryption encryption) {
        return switch (encryption.algorithm()) {
            case AES_CBC -> "aes" + encryption.keyLengthBits();
            case AES_CTR -> "aes" + encryption.keyLengthBits() + "ctr";
            case AES_GCM_16 -> "aes" + encryption.keyLengthBits() + "gcm16";
            case CHACHA20_POLY1305 -> "chacha20poly1305";
        };
    }

    private static String prf(PrfAlgorithm prf) {
        return switch (prf) {
            case HMAC_SHA1 -> "sha1";
            case HMAC_SHA2_256 -> "sha256";
            case HMAC_SHA2_384 -> "sha384";
            case HMAC_SHA2_512 -> "sha512";
        };
    }

    private static String integrity(IntegrityAlgorithm integrity) {
        return switch (integrity) {
            case NONE -> "none";
            case HMAC_SHA1_96 -> "sha1";
            case HMAC_SHA2_256_128 -> "sha256";
            case HMAC_SHA2_384_192 -> "sha384";
            case HMAC_SHA2_512_256 -> "sha512";
        };
    }

    private static String additional(List<AdditionalKeyExchange> chosen) {
        return chosen.stream()
                .filter(choice -> choice.method().isPresent())
                .map(choice -> "-" + choice)
                .collect(Collectors.joining());
    }

    private static String keyExchange(KeyExchangeMethod method) {
        return switch (method) {
            case MODP_2048 -> "modp2048";
            case MODP_3072 -> "modp3072";
            case MODP_4096 -> "modp4096";
            case MODP_6144 -> "modp6144";
            case MODP_8192 -> "modp8192";
            case ECP_256 -> "ecp256";
            case ECP_384 -> "ecp384";
            case ECP_521 -> "ecp521";
            case CURVE25519 -> "x25519";
            case CURVE448 -> "x448";
            case ML_KEM_512 -> "mlkem512";
            case ML_KEM_768 -> "mlkem768";
            case ML_KEM_1024 -> "mlkem1024";
        };
    }
}
