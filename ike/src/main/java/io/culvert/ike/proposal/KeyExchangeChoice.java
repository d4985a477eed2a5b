package io.culvert.ike.proposal;

import io.culvert.ike.wire.TransformType;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The key exchanges that two sides choose together: the first one, and the additional ones.
///
/// @param first the method of the KE payload of the first message; none for a Child SA without a key exchange
/// @param additional what was chosen for each number that the peer offered something for, in order
record KeyExchangeChoice(
        Optional<KeyExchangeMethod> first, List<AdditionalKeyExchange> additional) {
    /// Copies the list.
    KeyExchangeChoice {
        additional = List.copyOf(additional);
    }

    /// Chooses by our order of preference, the first method before the additional ones. No method is chosen twice; where
    /// that leaves nothing the proposals do not go together.
    ///
    /// @param preferred the method of the peer's KE payload, taken first where it can be
    /// @spec https://www.rfc-editor.org/rfc/rfc9370#section-2.2.1 RFC 9370 section 2.2.1
    static Optional<KeyExchangeChoice> choose(
            List<KeyExchangeMethod> ours,
            List<AdditionalKeyExchange> ourAdditional,
            OfferedTransforms offered,
            Optional<KeyExchangeMethod> preferred) {
        Set<KeyExchangeMethod> theirs = offered.keyExchanges();
        List<KeyExchangeMethod> firsts = new ArrayList<>();
        preferred.filter(ours::contains).filter(theirs::contains).ifPresent(firsts::add);
        ours.stream()
                .filter(theirs::contains)
                .filter(m -> !firsts.contains(m))
                .forEach(firsts::add);
        for (KeyExchangeMethod first : firsts) {
            Set<KeyExchangeMethod> used = new HashSet<>(Set.of(first));
            List<AdditionalKeyExchange> chosen = new ArrayList<>();
            if (chooseFrom(1, ourAdditional, offered, used, chosen)) {
                return Optional.of(new KeyExchangeChoice(Optional.of(first), chosen));
            }
        }
        return Optional.empty();
    }

    private static boolean chooseFrom(
            int number,
            List<AdditionalKeyExchange> ours,
            OfferedTransforms offered,
            Set<KeyExchangeMethod> used,
            List<AdditionalKeyExchange> chosen) {
        if (number > AdditionalKeyExchange.MOST) {
            return true;
        }
        boolean isOffered = offered.has(AdditionalKeyExchange.type(number));
        for (AdditionalKeyExchange candidate : candidates(number, ours)) {
            boolean free = candidate.method().map(used::add).orElse(true);
            if (free && offered.has(candidate)) {
                if (isOffered) {
                    chosen.add(candidate);
                }
                if (chooseFrom(number + 1, ours, offered, used, chosen)) {
                    return true;
                }
                if (isOffered) {
                    chosen.removeLast();
                }
            }
            if (free) {
                candidate.method().ifPresent(used::remove);
            }
        }
        return false;
    }

    /// Who says nothing about a number does without it.
    private static List<AdditionalKeyExchange> candidates(
            int number, List<AdditionalKeyExchange> ours) {
        List<AdditionalKeyExchange> all = ours.stream().filter(a -> a.number() == number).toList();
        return all.isEmpty() ? List.of(new AdditionalKeyExchange(number, Optional.empty())) : all;
    }

    /// Whether a type is that of an additional key exchange.
    static boolean isAdditional(TransformType type) {
        return type.value() >= TransformType.ADDKE1.value()
                && type.value() <= TransformType.ADDKE7.value();
    }
}
