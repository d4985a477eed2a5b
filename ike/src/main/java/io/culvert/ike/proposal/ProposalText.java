package io.culvert.ike.proposal;

import io.culvert.ike.wire.ProposalSubstructure;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ike.wire.TransformSubstructure;
import io.culvert.ike.wire.TransformType;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.value.Spi;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Writes offers in the notation of the configuration, so that two of them can be compared by eye:
/// `aes128gcm16-prfsha256-x25519`. What has no word there is written as type and number: `encr(23/256)`.
public final class ProposalText {
    /// Words of strongSwan for what a peer may offer and we do not use, by type and number. The length of a key stands
    /// for the `#`.
    private static final Map<TransformType, Map<Integer, String>> NOT_OURS =
            Map.of(
                    TransformType.ENCR,
                    Map.of(
                            3,
                            "3des",
                            11,
                            "null",
                            14,
                            "aes#ccm8",
                            15,
                            "aes#ccm12",
                            16,
                            "aes#ccm16",
                            18,
                            "aes#gcm8",
                            19,
                            "aes#gcm12",
                            23,
                            "camellia#"),
                    TransformType.PRF,
                    Map.of(1, "prfmd5", 4, "prfaesxcbc", 8, "prfaescmac"),
                    TransformType.INTEG,
                    Map.of(1, "md5", 5, "aesxcbc", 8, "aescmac"),
                    TransformType.KE,
                    Map.of(
                            0,
                            "none",
                            2,
                            "modp1024",
                            5,
                            "modp1536",
                            28,
                            "ecp256bp",
                            29,
                            "ecp384bp",
                            30,
                            "ecp512bp"));

    private ProposalText() {}

    /// Our IKE proposals.
    public static String ofIke(List<IkeProposal> proposals) {
        return of(ProposalOffer.ofIke(proposals));
    }

    /// Our proposals for a first Child SA.
    public static String ofFirstChild(List<EspProposal> proposals) {
        return of(ProposalOffer.ofFirstChild(proposals, new Spi(Spi.LOWEST)));
    }

    /// A suite, as short as the configuration could say it: `aes128-sha256-x25519`.
    public static String of(IkeSuite suite) {
        return suite.toString();
    }

    /// The transform of a Child SA, as short as the configuration could say it: `aes128gcm16`.
    public static String of(EspTransform transform) {
        return EspProposal.of(transform).toString();
    }

    /// An SA payload, ours or a peer's.
    public static String of(SecurityAssociation offer) {
        return offer.proposals().stream().map(ProposalText::of).collect(Collectors.joining(", "));
    }

    private static String of(ProposalSubstructure proposal) {
        return proposal.transforms().stream()
                .map(t -> ours(t).or(() -> notOurs(t)).orElseGet(() -> number(t)))
                .collect(Collectors.joining("-"));
    }

    private static Optional<String> ours(TransformSubstructure transform) {
        int id = transform.id();
        TransformType type = transform.type();
        if (type.equals(TransformType.ENCR)) {
            return OfferedTransforms.encryption(transform).map(AlgorithmWords::of);
        }
        if (!transform.attributes().isEmpty()) {
            return Optional.empty();
        }
        if (type.equals(TransformType.PRF)) {
            return PrfAlgorithm.ofTransformId(id).map(AlgorithmWords::of);
        }
        if (type.equals(TransformType.INTEG)) {
            return IntegrityAlgorithm.ofTransformId(id).map(AlgorithmWords::of);
        }
        if (type.equals(TransformType.KE)) {
            return KeyExchangeMethod.ofTransformId(id).map(AlgorithmWords::of);
        }
        if (KeyExchangeChoice.isAdditional(type)) {
            int number = type.value() - TransformType.ADDKE1.value() + 1;
            return AdditionalKeyExchange.isNone(transform)
                    ? Optional.of(new AdditionalKeyExchange(number, Optional.empty()).toString())
                    : KeyExchangeMethod.ofTransformId(id)
                            .map(m -> new AdditionalKeyExchange(number, Optional.of(m)).toString());
        }
        return type.equals(TransformType.SN) && id <= 1
                ? Optional.of(AlgorithmWords.of(id == 1))
                : Optional.empty();
    }

    private static Optional<String> notOurs(TransformSubstructure transform) {
        return Optional.ofNullable(
                        NOT_OURS.getOrDefault(transform.type(), Map.of()).get(transform.id()))
                .filter(word -> word.contains("#") == transform.keyLengthBits().isPresent())
                .map(word -> word.replace("#", keyLength(transform)));
    }

    private static String number(TransformSubstructure transform) {
        String length = keyLength(transform);
        return transform.type().toString().toLowerCase(Locale.ROOT)
                + "("
                + transform.id()
                + (length.isEmpty() ? "" : "/" + length)
                + ")";
    }

    private static String keyLength(TransformSubstructure transform) {
        return transform.keyLengthBits().isPresent()
                ? Integer.toString(transform.keyLengthBits().getAsInt())
                : "";
    }
}
