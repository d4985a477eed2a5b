package io.culvert.ike.proposal;

import io.culvert.ike.wire.ProposalSubstructure;
import io.culvert.ike.wire.TransformSubstructure;
import io.culvert.ike.wire.TransformType;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntFunction;

/// The usable transforms of one proposal of the peer, sorted by type. A transform with an unknown ID or attribute is not
/// usable and is left out (IK-008).
final class OfferedTransforms {
    private static final int NOT_EXTENDED = 0;
    private static final int NO_KEY_EXCHANGE = 0;
    private static final int EXTENDED = 1;

    private final ProposalSubstructure proposal;

    OfferedTransforms(ProposalSubstructure proposal) {
        this.proposal = proposal;
    }

    boolean hasOnly(Set<TransformType> types) {
        return proposal.transforms().stream()
                .allMatch(
                        t -> types.contains(t.type()) || KeyExchangeChoice.isAdditional(t.type()));
    }

    boolean hasAdditionalKeyExchanges() {
        return proposal.transforms().stream()
                .anyMatch(t -> KeyExchangeChoice.isAdditional(t.type()));
    }

    /// Whether this choice is offered. What nothing is said about is done without.
    boolean has(AdditionalKeyExchange choice) {
        TransformType type = AdditionalKeyExchange.type(choice.number());
        if (choice.method().isEmpty()) {
            return !has(type)
                    || proposal.transforms().stream()
                            .anyMatch(
                                    t -> t.type().equals(type) && AdditionalKeyExchange.isNone(t));
        }
        return usable(type, KeyExchangeMethod::ofTransformId).contains(choice.method().get());
    }

    boolean has(TransformType type) {
        return proposal.transforms().stream().anyMatch(t -> t.type().equals(type));
    }

    Set<Encryption> encryption() {
        Set<Encryption> usable = new HashSet<>();
        for (TransformSubstructure transform : proposal.transforms()) {
            if (transform.type().equals(TransformType.ENCR)) {
                encryption(transform).ifPresent(usable::add);
            }
        }
        return usable;
    }

    Set<PrfAlgorithm> prfs() {
        return usable(TransformType.PRF, PrfAlgorithm::ofTransformId);
    }

    Set<IntegrityAlgorithm> integrity() {
        return usable(TransformType.INTEG, IntegrityAlgorithm::ofTransformId);
    }

    Set<KeyExchangeMethod> keyExchanges() {
        return usable(TransformType.KE, KeyExchangeMethod::ofTransformId);
    }

    /// Whether no key exchange is offered, or one that may be left out.
    boolean doesWithoutKeyExchange() {
        return !has(TransformType.KE)
                || proposal.transforms().stream()
                        .anyMatch(t ->
                                t.type().equals(TransformType.KE) && t.id() == NO_KEY_EXCHANGE);
    }

    Set<Boolean> sequenceNumbers() {
        return usable(
                TransformType.SN,
                id ->
                        id == NOT_EXTENDED || id == EXTENDED
                                ? Optional.of(id == EXTENDED)
                                : Optional.empty());
    }

    /// The key length is there exactly if the algorithm has several (IK-046).
    static Optional<Encryption> encryption(TransformSubstructure transform) {
        EncryptionAlgorithm algorithm =
                EncryptionAlgorithm.ofTransformId(transform.id()).orElse(null);
        if (algorithm == null) {
            return Optional.empty();
        }
        List<Integer> lengths = algorithm.keyLengths();
        if (lengths.isEmpty()) {
            return transform.attributes().isEmpty()
                    ? Optional.of(new Encryption(algorithm, 0))
                    : Optional.empty();
        }
        OptionalInt bits = transform.keyLengthBits();
        return bits.isPresent() && lengths.contains(bits.getAsInt())
                ? Optional.of(new Encryption(algorithm, bits.getAsInt()))
                : Optional.empty();
    }

    private <T> Set<T> usable(TransformType type, IntFunction<Optional<T>> algorithm) {
        Set<T> usable = new HashSet<>();
        for (TransformSubstructure transform : proposal.transforms()) {
            if (transform.type().equals(type) && transform.attributes().isEmpty()) {
                algorithm.apply(transform.id()).ifPresent(usable::add);
            }
        }
        return usable;
    }
}
