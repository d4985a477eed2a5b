package io.culvert.ike.session;

import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.Experience;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportOrder;
import java.net.Inet6Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Orders whole attempts: which one starts when, as long as none is answered.
///
/// A function of what is configured and what is known; [Attempts] carries it out.
///
/// @spec https://www.rfc-editor.org/rfc/rfc8305#section-4 RFC 8305 section 4
final class ConnectStrategy {
    /// Our choice: each address costs an attempt per transport, and each attempt a key exchange at both ends.
    private static final int MOST_ADDRESSES = 4;

    /// An attempt to be made.
    ///
    /// @param after how long after the one before it starts
    /// @param why why it is made, if nothing else is known when it starts; for people
    record Planned(TransportChoice transport, Endpoints endpoints, Duration after, String why) {
        private Planned after(Duration other) {
            return new Planned(transport, endpoints, other, why);
        }

        private Planned because(String other) {
            return new Planned(transport, endpoints, after, other);
        }

        private boolean is(Experience experience) {
            return transport.equals(experience.worked())
                    && endpoints.remoteAddress().equals(experience.remote());
        }
    }

    private ConnectStrategy() {}

    /// All attempts, in the order in which they start: by transport, then by address.
    ///
    /// What worked before starts first. What is preferred to it starts at the same moment, so that it is found again
    /// when it works again; but not if it is known to be answered only half.
    static List<Planned> plan(
            TransportOrder order, List<Endpoints> candidates, Optional<Experience> experience) {
        List<Endpoints> addresses = alternating(candidates).stream().limit(MOST_ADDRESSES).toList();
        List<Planned> plan = new ArrayList<>();
        for (TransportChoice transport : order.choices()) {
            Duration after = order.headStart();
            for (Endpoints endpoints : addresses) {
                plan.add(new Planned(transport, endpoints, after, configured(order, transport)));
                after = order.familyHeadStart();
            }
        }
        experience.ifPresent(known -> prefer(plan, known));
        plan.set(0, plan.getFirst().after(Duration.ZERO));
        return List.copyOf(plan);
    }

    private static void prefer(List<Planned> plan, Experience known) {
        Optional<Planned> worked = plan.stream().filter(p -> p.is(known)).findFirst();
        if (worked.isEmpty() || plan.getFirst().equals(worked.get())) {
            return;
        }
        Planned usual = plan.getFirst();
        if (!known.othersDeaf()) {
            plan.set(0, usual.after(Duration.ZERO));
        }
        plan.remove(worked.get());
        plan.addFirst(worked.get().because("it worked on this network before"));
    }

    private static String configured(TransportOrder order, TransportChoice transport) {
        String words =
                order.choices().stream()
                        .map(choice -> '"' + choice.word() + '"')
                        .collect(Collectors.joining(", "));
        boolean first = order.choices().size() > 1 && transport.equals(order.first());
        return "configured: " + (first ? "first of " : "") + "transports = [" + words + "]";
    }

    /// IPv6 and IPv4 by turns, IPv6 first; each family in the given order.
    private static List<Endpoints> alternating(List<Endpoints> candidates) {
        List<Endpoints> six = new ArrayList<>();
        List<Endpoints> four = new ArrayList<>();
        for (Endpoints candidate : candidates) {
            (candidate.remoteAddress() instanceof Inet6Address ? six : four).add(candidate);
        }
        List<Endpoints> mixed = new ArrayList<>();
        for (int i = 0; i < Math.max(six.size(), four.size()); i++) {
            if (i < six.size()) {
                mixed.add(six.get(i));
            }
            if (i < four.size()) {
                mixed.add(four.get(i));
            }
        }
        return mixed;
    }
}
