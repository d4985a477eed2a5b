package io.culvert.sim.scenario;

import io.culvert.ike.api.SessionStatus;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.sim.endpoint.Endpoint;
import io.culvert.sim.endpoint.Resident;
import io.culvert.sim.network.Violation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What must hold at the end of a run: all tunnels work once the troubles are over, and nothing is left after them.
final class Outcome {
    private static final Duration GRACE = Duration.ofMinutes(2);
    private static final Duration STEP = Duration.ofMillis(500);
    private static final Duration ROUND = Duration.ofSeconds(5);

    private final Run run;

    Outcome(Run run) {
        this.run = run;
    }

    /// Every road warrior has one tunnel, its gateway the same one and no other, and packets go through both ways.
    void checkWorking() {
        MonoTime end = run.world().now().plus(GRACE);
        Optional<String> trouble = trouble();
        while (trouble.isPresent() && run.world().now().isBefore(end)) {
            // something may just be under way
            run.world().agenda().runUntil(run.world().now().plus(STEP));
            trouble = trouble();
        }
        trouble.ifPresent(what -> {
            throw new Violation(what);
        });
        for (Party client : run.clients()) {
            checkPing(client, true);
            checkPing(client, false);
        }
        if (run.scenario().isFaultless()) {
            run.traffic()
                    .missing()
                    .ifPresent(ping -> {
                        throw new Violation("lost without a fault: ping " + ping);
                    });
        }
    }

    /// What is not as it should be.
    private Optional<String> trouble() {
        for (Party client : run.clients()) {
            Optional<String> trouble = trouble(client);
            if (trouble.isPresent()) {
                return trouble;
            }
        }
        Endpoint gateway = run.gateway().endpoint();
        int tunnels = run.clients().size();
        int sas = gateway.dataPlane().installed().size();
        boolean tidy = sas == tunnels || (run.scenario().hasLifetimes() && sas > tunnels);
        return gateway.residents().size() == tunnels && tidy
                ? Optional.empty()
                : Optional.of(
                        "the gateway has %d sessions and %d Child SAs for %d tunnels"
                                .formatted(gateway.residents().size(), sas, tunnels));
    }

    /// Nothing is left.
    void checkClosed() {
        for (Party party : run.clients()) {
            checkEmpty(party);
        }
        checkEmpty(run.gateway());
    }

    private static void checkEmpty(Party party) {
        String left = party.endpoint().leftovers();
        if (!left.isEmpty()) {
            throw new Violation(party.name() + " has left after the end: " + left);
        }
    }

    private Optional<String> trouble(Party client) {
        if (client.calling().isEmpty()) {
            return Optional.of(client.name() + " has no session");
        }
        Resident calling = client.calling().get();
        if (!calling.hasTunnel()) {
            return Optional.of(
                    client.name() + " has no tunnel but is " + calling.session().status().state());
        }
        List<Resident> answering = run.answering(client);
        if (answering.size() != 1 || client.endpoint().residents().size() != 1) {
            return Optional.of(
                    "the gateway has %d sessions with %s, which has %d"
                            .formatted(
                                    answering.size(),
                                    client.name(),
                                    client.endpoint().residents().size()));
        }
        SessionStatus ours = calling.session().status();
        SessionStatus theirs = answering.getFirst().session().status();
        boolean same =
                ours.initiatorSpi().equals(theirs.initiatorSpi())
                        && ours.responderSpi().equals(theirs.responderSpi())
                        && ours.children().size() == 1
                        && theirs.children().size() == 1
                        && ours.children()
                                .getFirst()
                                .inboundSpi()
                                .equals(theirs.children().getFirst().outboundSpi());
        if (!same) {
            return Optional.of("two ends differ: " + ours + " and " + theirs);
        }
        int sas = client.endpoint().dataPlane().installed().size();
        boolean tidy = sas == 1 && calling.ikeSas() == 1 && answering.getFirst().ikeSas() == 1;
        return tidy || run.scenario().hasLifetimes()
                ? Optional.empty()
                : Optional.of(
                        "%s has %d Child SAs and %d IKE SAs, the gateway %d IKE SAs with it"
                                .formatted(
                                        client.name(),
                                        sas,
                                        calling.ikeSas(),
                                        answering.getFirst().ikeSas()));
    }

    private void checkPing(Party client, boolean fromClient) {
        OptionalLong number = ping(run, client, fromClient);
        run.world().agenda().runUntil(run.world().now().plus(ROUND));
        if (number.isEmpty() || run.traffic().isMissing(number.getAsLong())) {
            throw new Violation(
                    "no packet gets through %s %s"
                            .formatted(fromClient ? "from" : "to", client.name()));
        }
    }

    /// Sends a packet through a tunnel, if there is one at both ends.
    static OptionalLong ping(Run run, Party client, boolean fromClient) {
        Optional<Endpoint> here = (fromClient ? client : run.gateway()).running();
        boolean ready =
                here.isPresent() && client.calling().filter(Resident::hasTunnel).isPresent();
        if (!ready) {
            return OptionalLong.empty();
        }
        long number = run.traffic().next();
        var target = fromClient ? Connections.BEHIND_GATEWAY : client.innerAddress();
        run.traffic()
                .sent(number, run.world().now(), (fromClient ? "from " : "to ") + client.name());
        boolean sent = here.get().dataPlane().ping(target, number);
        if (!sent) {
            run.traffic().arrived(number);
            return OptionalLong.empty();
        }
        return OptionalLong.of(number);
    }
}
