package io.culvert.ike.proposal;

import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The chosen algorithms of an IKE SA.
///
/// @param encryption the encryption
/// @param prf the pseudorandom function
/// @param integrity the integrity algorithm, [IntegrityAlgorithm#NONE] with an AEAD
/// @param keyExchange the key exchange method
/// @param additional what was chosen for additional key exchanges, in order, each number at most once
public record IkeSuite(
        Encryption encryption,
        PrfAlgorithm prf,
        IntegrityAlgorithm integrity,
        KeyExchangeMethod keyExchange,
        List<AdditionalKeyExchange> additional) {
    /// Copies the list.
    public IkeSuite {
        additional = List.copyOf(additional);
    }

    /// Without additional key exchanges.
    public IkeSuite(
            Encryption encryption,
            PrfAlgorithm prf,
            IntegrityAlgorithm integrity,
            KeyExchangeMethod keyExchange) {
        this(encryption, prf, integrity, keyExchange, List.of());
    }

    /// The methods of the additional key exchanges that take place, in order.
    public List<KeyExchangeMethod> additionalMethods() {
        return additional.stream().flatMap(choice -> choice.method().stream()).toList();
    }

    /// Whether a suite is what could be chosen from a proposal of ours.
    public boolean isFrom(IkeProposal proposal) {
        return proposal.encryption().contains(encryption)
                && proposal.prfs().contains(prf)
                && proposal.keyExchanges().contains(keyExchange)
                && IntStream.rangeClosed(1, AdditionalKeyExchange.MOST)
                        .allMatch(number -> allows(proposal, number));
    }

    private boolean allows(IkeProposal proposal, int number) {
        Optional<KeyExchangeMethod> chosen =
                additional.stream()
                        .filter(choice -> choice.number() == number)
                        .findFirst()
                        .flatMap(AdditionalKeyExchange::method);
        boolean silent = proposal.additional().stream().noneMatch(a -> a.number() == number);
        return (silent && chosen.isEmpty())
                || proposal.additional().contains(new AdditionalKeyExchange(number, chosen));
    }

    /// strongSwan's notation, such as `aes128-sha256-x25519`.
    @Override
    public String toString() {
        return new IkeProposal(
                        List.of(encryption),
                        List.of(prf),
                        integrity == IntegrityAlgorithm.NONE ? List.of() : List.of(integrity),
                        List.of(keyExchange),
                        additional.stream().filter(choice -> choice.method().isPresent()).toList())
                .toString();
    }
}
