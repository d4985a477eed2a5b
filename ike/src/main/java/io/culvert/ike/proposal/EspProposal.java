package io.culvert.ike.proposal;

import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.dataplane.EspTransform;
import java.util.List;

/// What we would accept for a Child SA, best first.
///
/// @param encryption all AEAD or none of them
/// @param integrity integrity algorithms; empty exactly with AEADs
/// @param keyExchanges key exchange methods for CREATE_CHILD_SA; empty for none. Not used in IKE_AUTH
/// @param additional what we would accept for additional key exchanges, best first for each number; empty for none
/// @param extendedSequenceNumbers true for 64-bit sequence numbers, false for 32; either or both, best first
public record EspProposal(
        List<Encryption> encryption,
        List<IntegrityAlgorithm> integrity,
        List<KeyExchangeMethod> keyExchanges,
        List<AdditionalKeyExchange> additional,
        List<Boolean> extendedSequenceNumbers) {
    /// Without additional key exchanges.
    public EspProposal(
            List<Encryption> encryption,
            List<IntegrityAlgorithm> integrity,
            List<KeyExchangeMethod> keyExchanges,
            List<Boolean> extendedSequenceNumbers) {
        this(encryption, integrity, keyExchanges, List.of(), extendedSequenceNumbers);
    }

    /// Copies the lists and checks that they go together.
    public EspProposal {
        encryption = List.copyOf(encryption);
        integrity = List.copyOf(integrity);
        keyExchanges = List.copyOf(keyExchanges);
        additional = List.copyOf(additional);
        extendedSequenceNumbers = List.copyOf(extendedSequenceNumbers);
        Notation.requireOneKind(encryption, integrity);
        if (extendedSequenceNumbers.isEmpty()) {
            throw new IllegalArgumentException("ESP needs a size of sequence numbers");
        }
        if (keyExchanges.isEmpty() && !additional.isEmpty()) {
            throw new IllegalArgumentException("additional key exchanges need a first one");
        }
    }

    /// The same for IKE_AUTH, where a Child SA has no key exchange of its own (IK-089).
    public EspProposal withoutKeyExchange() {
        return new EspProposal(encryption, integrity, List.of(), extendedSequenceNumbers);
    }

    /// The one proposal that says what was negotiated.
    public static EspProposal of(EspTransform transform) {
        return new EspProposal(
                List.of(new Encryption(transform.encryption(), transform.keyLengthBits())),
                transform.encryption().isAead() ? List.of() : List.of(transform.integrity()),
                List.of(),
                List.of(transform.extendedSequenceNumbers()));
    }

    /// strongSwan's notation, such as `aes128gcm16-x25519-esn`; [ProposalParser] reads it back.
    @Override
    public String toString() {
        return new Notation()
                .add(encryption, Encryption::toString)
                .add(integrity, AlgorithmWords::of)
                .add(keyExchanges, AlgorithmWords::of)
                .add(additional, AdditionalKeyExchange::toString)
                .add(
                        extendedSequenceNumbers.equals(List.of(false))
                                ? List.of()
                                : extendedSequenceNumbers,
                        AlgorithmWords::of)
                .toString();
    }
}
