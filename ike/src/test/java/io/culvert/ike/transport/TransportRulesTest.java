package io.culvert.ike.transport;

import static io.culvert.ike.transport.Paths.OTHER_STREAM;
import static io.culvert.ike.transport.Paths.PEERS_RAW;
import static io.culvert.ike.transport.Paths.RAW;
import static io.culvert.ike.transport.Paths.STREAM;
import static io.culvert.ike.transport.Paths.UDP_4500;
import static io.culvert.ike.transport.Paths.UDP_500;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.transport.RequestTraits.Purpose;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The law of transports: each rule by its example, and no policy gets past it.
class TransportRulesTest {
    private static final Move TO_RAW = new Move.Connect(StreamFraming.IKE_TCP);
    private static final Move TO_STREAM = new Move.Connect(StreamFraming.TCP_ENCAPSULATION);

    /// What is known, changed for a test field by field.
    record Known(
            Arrangement arrangement,
            boolean initiator,
            boolean mobike,
            boolean noNat,
            boolean announced,
            boolean starts,
            boolean refused,
            boolean dead) {
        static Known initiator(Arrangement arrangement) {
            return new Known(arrangement, true, true, false, true, false, false, false);
        }

        static Known responder(Arrangement arrangement) {
            return new Known(arrangement, false, true, false, true, false, false, false);
        }

        Known withoutMobike() {
            return new Known(
                    arrangement, initiator, false, noNat, announced, starts, refused, dead);
        }

        Known withoutNat() {
            return new Known(
                    arrangement, initiator, mobike, true, announced, starts, refused, dead);
        }

        Known silent(boolean configured) {
            return new Known(
                    arrangement, initiator, mobike, noNat, false, configured, refused, dead);
        }

        Known afterRefusal() {
            return new Known(arrangement, initiator, mobike, noNat, announced, starts, true, dead);
        }

        Known withoutUdp() {
            return new Known(
                    arrangement, initiator, mobike, noNat, announced, starts, refused, true);
        }

        PathKnowledge facts() {
            return new PathKnowledge(
                    arrangement,
                    initiator,
                    mobike,
                    noNat,
                    announced ? OptionalInt.of(500) : OptionalInt.empty(),
                    starts,
                    refused,
                    dead,
                    true,
                    Optional.of(UDP_4500),
                    Optional.of(arrangement == Arrangement.IKE_TCP ? RAW : STREAM));
        }
    }

    private static RequestTraits request(Purpose purpose, boolean bound, TransportPath... copies) {
        return new RequestTraits(purpose, bound, 100, 0, List.of(copies), 1, false);
    }

    private static RequestTraits other(TransportPath... copies) {
        return request(Purpose.OTHER, false, copies);
    }

    private static Optional<TransportRules> verdict(Move move, RequestTraits request, Known known) {
        return TransportRules.forbidding(move, request, known.facts());
    }

    private static Move send(TransportPath path) {
        return new Move.Send(path);
    }

    /// What a rule forbids, and the nearest thing that it does not.
    record Example(
            TransportRules rule,
            Move forbidden,
            RequestTraits request,
            Known known,
            Move permitted,
            RequestTraits nextTo,
            Known knownThere) {
        @Override
        public String toString() {
            return rule.name();
        }
    }

    static Stream<Example> examples() {
        return Stream.of(ofRequests(), ofConnections(), ofArrangements(), ofFailures())
                .flatMap(examples -> examples);
    }

    private static Stream<Example> ofRequests() {
        Known raw = Known.initiator(Arrangement.IKE_TCP);
        Known stream = Known.initiator(Arrangement.TCP_ENCAPSULATION);
        Known udp = Known.initiator(Arrangement.UDP);
        RequestTraits bound = request(Purpose.ADDRESSES, true, UDP_4500);
        return Stream.of(
                new Example(
                        TransportRules.BOUND_REQUESTS_STAY,
                        send(RAW),
                        bound,
                        raw.withoutUdp(),
                        new Move.MoveInto(STREAM),
                        bound,
                        udp),
                new Example(
                        TransportRules.INIT_STAYS,
                        send(UDP_4500),
                        request(Purpose.INIT, false, UDP_500),
                        raw,
                        new Move.StartAnew(),
                        request(Purpose.INIT, true, UDP_500),
                        raw),
                new Example(
                        TransportRules.NO_REPETITION_ON_A_CONNECTION,
                        send(STREAM),
                        other(STREAM),
                        stream,
                        send(STREAM),
                        other(OTHER_STREAM),
                        stream));
    }

    private static Stream<Example> ofConnections() {
        Known raw = Known.initiator(Arrangement.IKE_TCP);
        Known stream = Known.initiator(Arrangement.TCP_ENCAPSULATION);
        Known responder = Known.responder(Arrangement.IKE_TCP);
        return Stream.of(
                new Example(
                        TransportRules.PATH_CHECKS_OVER_UDP,
                        send(RAW),
                        request(Purpose.LIVENESS, false),
                        raw,
                        send(RAW),
                        request(Purpose.LIVENESS, false),
                        raw.withoutUdp()),
                new Example(
                        TransportRules.NO_RETURN_ROUTABILITY_OVER_TCP,
                        send(STREAM),
                        request(Purpose.RETURN_ROUTABILITY, true),
                        stream,
                        send(STREAM),
                        request(Purpose.RETURN_ROUTABILITY, true, UDP_4500),
                        stream),
                new Example(
                        TransportRules.ANNOUNCED_ONLY,
                        TO_RAW,
                        other(),
                        raw.silent(false),
                        TO_RAW,
                        other(),
                        raw.silent(true)),
                new Example(
                        TransportRules.RESPONDER_OPENS_WITHOUT_NAT,
                        TO_RAW,
                        other(),
                        responder,
                        TO_RAW,
                        other(),
                        responder.withoutNat()),
                new Example(
                        TransportRules.NOT_ON_THE_PEERS_CONNECTION,
                        send(PEERS_RAW),
                        other(),
                        responder,
                        send(RAW),
                        other(),
                        responder));
    }

    private static Stream<Example> ofArrangements() {
        Known raw = Known.initiator(Arrangement.IKE_TCP);
        Known stream = Known.initiator(Arrangement.TCP_ENCAPSULATION);
        Known udp = Known.initiator(Arrangement.UDP);
        Known separate = Known.initiator(Arrangement.SEPARATE);
        return Stream.of(
                new Example(
                        TransportRules.RESPONDER_NEVER_OPENS,
                        TO_STREAM,
                        other(),
                        Known.responder(Arrangement.TCP_ENCAPSULATION),
                        TO_STREAM,
                        other(),
                        stream),
                new Example(
                        TransportRules.ALL_IN_THE_CONNECTION,
                        send(UDP_4500),
                        other(),
                        stream,
                        send(UDP_4500),
                        other(),
                        udp),
                new Example(
                        TransportRules.RESPONDER_NEVER_OPENS,
                        TO_STREAM,
                        other(),
                        Known.responder(Arrangement.SEPARATE),
                        TO_STREAM,
                        other(),
                        separate.afterRefusal()),
                new Example(
                        TransportRules.ALL_IN_THE_CONNECTION,
                        send(UDP_4500),
                        other(),
                        separate,
                        send(STREAM),
                        other(),
                        separate),
                new Example(
                        TransportRules.ONE_MODE,
                        send(STREAM),
                        other(),
                        raw,
                        send(RAW),
                        other(),
                        raw),
                new Example(
                        TransportRules.MOVES_BY_MOBIKE,
                        new Move.MoveInto(STREAM),
                        other(UDP_4500),
                        udp.withoutMobike(),
                        new Move.MoveInto(STREAM),
                        other(UDP_4500),
                        udp));
    }

    private static Stream<Example> ofFailures() {
        Known raw = Known.initiator(Arrangement.IKE_TCP);
        Known stream = Known.initiator(Arrangement.TCP_ENCAPSULATION);
        Known responder = Known.responder(Arrangement.IKE_TCP);
        return Stream.of(
                new Example(
                        TransportRules.REFUSED_CONNECTIONS_REST,
                        TO_RAW,
                        other(),
                        raw.afterRefusal(),
                        TO_STREAM,
                        other(),
                        stream.afterRefusal()),
                new Example(
                        TransportRules.ONLY_INIT_STARTS_ANEW,
                        new Move.StartAnew(),
                        request(Purpose.SETUP, false, UDP_4500),
                        raw,
                        new Move.StartAnew(),
                        request(Purpose.INIT, true, UDP_500),
                        raw),
                new Example(
                        TransportRules.NO_GUESSED_ENDPOINT,
                        send(UDP_500),
                        other(),
                        responder,
                        send(UDP_4500),
                        other(),
                        responder));
    }

    @ParameterizedTest
    @MethodSource("examples")
    @DisplayName(
            "each rule forbids its example, and nothing forbids what is next to it (IT-015, IT-019, IT-029, IT-036, IT-037, IT-038, IT-051, IT-052, IT-05C, IT-063, IT-070, IT-071, IT-074, IT-082, IT-085, TE-030, TE-041, TE-060, TE-080, TE-089, ST-010)")
    void example(Example example) {
        assertThat(verdict(example.forbidden(), example.request(), example.known()))
                .contains(example.rule());
        assertThat(verdict(example.permitted(), example.nextTo(), example.knownThere())).isEmpty();
    }

    @Test
    @DisplayName("every rule has an example, says what it is, and names its requirements")
    void complete() {
        Set<TransportRules> shown = new TreeSet<>(examples().map(Example::rule).toList());
        assertThat(shown).containsExactly(TransportRules.values());
        assertThat(TransportRules.values())
                .allMatch(rule -> rule.ids().matches("(?:(IT|TE|ST)-[0-9A-F]{3}(, )?)+"))
                .allMatch(rule -> !rule.text().isBlank());
    }
}
