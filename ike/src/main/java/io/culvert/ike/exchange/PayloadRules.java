package io.culvert.ike.exchange;

import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which payloads a message must have, checked before any handler looks at it. Payloads that are not mentioned may
/// come in any number, in any order (IK-004).
final class PayloadRules {
    private record Rule(PayloadType type, int least, int most) {}

    private final List<Rule> rules = new ArrayList<>();
    private final List<List<PayloadType>> groups = new ArrayList<>();

    private PayloadRules() {}

    static PayloadRules none() {
        return new PayloadRules();
    }

    PayloadRules once(PayloadType... types) {
        return add(1, 1, types);
    }

    PayloadRules atMostOnce(PayloadType... types) {
        return add(0, 1, types);
    }

    /// All of these, or none.
    PayloadRules together(PayloadType... types) {
        groups.add(List.of(types));
        return this;
    }

    /// None of these.
    PayloadRules never(PayloadType... types) {
        return add(0, 0, types);
    }

    /// What a message lacks or has too often, for people.
    Optional<String> violation(List<Payload> payloads) {
        for (Rule rule : rules) {
            long count = count(payloads, rule.type);
            if (count < rule.least) {
                return Optional.of("no " + rule.type + " payload");
            }
            if (count > rule.most) {
                return Optional.of(count + " " + rule.type + " payloads");
            }
        }
        for (List<PayloadType> group : groups) {
            List<PayloadType> missing =
                    group.stream().filter(type -> count(payloads, type) == 0).toList();
            if (!missing.isEmpty() && missing.size() < group.size()) {
                return Optional.of("no " + missing.getFirst() + " payload");
            }
        }
        return Optional.empty();
    }

    private static long count(List<Payload> payloads, PayloadType type) {
        return payloads.stream().filter(p -> p.type().equals(type)).count();
    }

    private PayloadRules add(int least, int most, PayloadType... types) {
        for (PayloadType type : types) {
            rules.add(new Rule(type, least, most));
        }
        return this;
    }
}
