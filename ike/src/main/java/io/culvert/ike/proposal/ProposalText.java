package io.culvert.ike.proposal;

import io.culvert.ike.wire.ProposalSubstructure;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ike.wire.TransformSubstructure;
import io.culvert.ike.wire.TransformType;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.value.Spi;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Writes offers in the notation of the configuration, so that two of them can be compared by eye:
/// `aes128gcm16-prfsha256-x25519`. What has no word there is written as its type and number.
public final class ProposalText {
    private static final Map<Integer, String> ENCRYPTION =
            Map.of(
                    3,
                    "3des",
                    12,
                    "aes%dcbc",
                    13,
                    "aes%dctr",
                    18,
                    "aes%dgcm8",
                    19,
                    "aes%dgcm12",
                    20,
                    "aes%dgcm16",
                    28,
                    "chacha20poly1305");
    private static final Map<Integer, String> PRF =
            Map.of(
                    1,
                    "prfmd5",
                    2,
                    "prfsha1",
                    5,
                    "prfsha256",
                    6,
                    "prfsha384",
                    7,
                    "prfsha512",
                    4,
                    "prfaesxcbc",
                    8,
                    "prfaescmac");
    private static final Map<Integer, String> INTEGRITY =
            Map.of(
                    0, "none", 1, "md5", 2, "sha1", 5, "aesxcbc", 8, "aescmac", 12, "sha256", 13,
                    "sha384", 14, "sha512");
    private static final Map<Integer, String> KEY_EXCHANGE =
            Map.ofEntries(
                    Map.entry(0, "none"),
                    Map.entry(2, "modp1024"),
                    Map.entry(5, "modp1536"),
                    Map.entry(14, "modp2048"),
                    Map.entry(15, "modp3072"),
                    Map.entry(16, "modp4096"),
                    Map.entry(17, "modp6144"),
                    Map.entry(18, "modp8192"),
                    Map.entry(19, "ecp256"),
                    Map.entry(20, "ecp384"),
                    Map.entry(21, "ecp521"),
                    Map.entry(31, "x25519"),
                    Map.entry(32, "x448"),
                    Map.entry(35, "mlkem512"),
                    Map.entry(36, "mlkem768"),
                    Map.entry(37, "mlkem1024"));

    private ProposalText() {}

    /// Our IKE proposals.
    public static String ofIke(List<IkeProposal> proposals) {
        return of(ProposalOffer.ofIke(proposals));
    }

    /// Our proposals for a first Child SA.
    public static String ofFirstChild(List<EspProposal> proposals) {
        return of(ProposalOffer.ofFirstChild(proposals, new Spi(Spi.LOWEST)));
    }

    /// A suite.
    public static String of(IkeSuite suite) {
        return of(ProposalOffer.chosenIke(1, suite));
    }

    /// The transform of a Child SA.
    public static String of(EspTransform transform) {
        return of(ProposalOffer.chosenEsp(1, transform, new Spi(Spi.LOWEST)));
    }

    /// An SA payload, ours or a peer's.
    public static String of(SecurityAssociation offer) {
        return offer.proposals().stream().map(ProposalText::of).collect(Collectors.joining(", "));
    }

    private static String of(ProposalSubstructure proposal) {
        return proposal.transforms().stream()
                .map(ProposalText::of)
                .collect(Collectors.joining("-"));
    }

    private static String of(TransformSubstructure transform) {
        TransformType type = transform.type();
        int id = transform.id();
        String fallback = type + "/" + id;
        if (type.equals(TransformType.ENCR)) {
            String pattern = ENCRYPTION.getOrDefault(id, fallback);
            String length =
                    transform.keyLengthBits().isPresent()
                            ? Integer.toString(transform.keyLengthBits().getAsInt())
                            : "";
            return pattern.replace("%d", length).replaceAll("cbc$", "");
        }
        if (type.equals(TransformType.PRF)) {
            return PRF.getOrDefault(id, fallback);
        }
        if (type.equals(TransformType.INTEG)) {
            return INTEGRITY.getOrDefault(id, fallback);
        }
        if (type.equals(TransformType.SN)) {
            return Map.of(0, "noesn", 1, "esn").getOrDefault(id, fallback);
        }
        return KEY_EXCHANGE.getOrDefault(id, fallback);
    }
}
