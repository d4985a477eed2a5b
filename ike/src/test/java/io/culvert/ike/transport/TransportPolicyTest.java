package io.culvert.ike.transport;

import static io.culvert.ike.transport.Paths.OTHER_STREAM;
import static io.culvert.ike.transport.Paths.PATHS;
import static io.culvert.ike.transport.Paths.PEERS_RAW;
import static io.culvert.ike.transport.Paths.RAW;
import static io.culvert.ike.transport.Paths.STREAM;
import static io.culvert.ike.transport.Paths.UDP_4500;
import static io.culvert.ike.transport.Paths.UDP_500;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.transport.RequestTraits.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// No policy gets past the law, whatever it prefers and whatever is known.
class TransportPolicyTest {
    @Test
    @DisplayName(
            "waiting and giving up are never forbidden, so that there is always something to do")
    void alwaysSomething() {
        Random random = new Random(7);
        for (int i = 0; i < 5_000; i++) {
            PathKnowledge known = randomKnowledge(random);
            RequestTraits request = randomRequest(random);
            for (Move move : List.of(new Move.Wait(), new Move.GiveUp())) {
                assertThat(TransportRules.forbidding(move, request, known)).isEmpty();
            }
            assertThat(TransportRules.choose(List.of(), request, known))
                    .isEqualTo(new Move.GiveUp());
        }
    }

    /// Prefers anything.
    private record AnyPolicy(Random random) implements TransportPolicy {
        @Override
        public List<Move> plan(RequestTraits request, PathKnowledge known) {
            return moves();
        }

        @Override
        public List<Move> onSilence(RequestTraits request, PathKnowledge known) {
            return moves();
        }

        @Override
        public List<Move> onPathLost(RequestTraits request, PathKnowledge known) {
            return moves();
        }

        private List<Move> moves() {
            List<Move> moves = new ArrayList<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                moves.add(
                        switch (random.nextInt(6)) {
                            case 0 -> new Move.Wait();
                            case 1 -> new Move.StartAnew();
                            case 2 ->
                                    new Move.Connect(
                                            anyOf(random, List.of(StreamFraming.values())));
                            case 3 -> new Move.MoveInto(STREAM);
                            default -> new Move.Send(PATHS.get(random.nextInt(PATHS.size())));
                        });
            }
            return moves;
        }
    }

    @Test
    @DisplayName(
            "no policy, not even one that prefers anything, comes past the rules, whatever is known")
    void noPolicyEscapes() {
        Random random = new Random(20_261_124);
        List<TransportPolicy> policies =
                List.of(
                        new UdpFirst(),
                        new InOneConnection(),
                        RawTcp.large(1232),
                        RawTcp.mission(1232),
                        RawTcp.always(),
                        new AnyPolicy(random));
        Set<TransportRules> broken = new TreeSet<>();
        for (int i = 0; i < 50_000; i++) {
            PathKnowledge known = randomKnowledge(random);
            RequestTraits request = randomRequest(random);
            for (TransportPolicy policy : policies) {
                List<List<Move>> wishes = new ArrayList<>(List.of(policy.plan(request, known)));
                if (request.wasSent()) {
                    wishes.add(policy.onSilence(request, known));
                    wishes.add(policy.onPathLost(request, known));
                }
                for (List<Move> wish : wishes) {
                    wish.forEach(m ->
                            TransportRules.forbidding(m, request, known).ifPresent(broken::add));
                    Move chosen = TransportRules.choose(wish, request, known);
                    assertThat(Law.isBroken(chosen, request, known))
                            .as("%s for %s knowing %s", chosen, request, known)
                            .isFalse();
                }
            }
        }
        assertThat(broken)
                .as("rules that were put to the test")
                .containsExactly(TransportRules.values());
    }

    /// The law once more, in other words: what may be sent where, not what may not.
    private static final class Law {
        static boolean isBroken(Move move, RequestTraits request, PathKnowledge known) {
            return switch (move) {
                case Move.Wait _, Move.GiveUp _ -> false;
                case Move.StartAnew _ -> request.purpose() != Purpose.INIT;
                case Move.Connect(StreamFraming framing) -> !mayConnect(framing, request, known);
                case Move.MoveInto(var stream) ->
                        !(known.arrangement() == Arrangement.UDP
                                        && known.mobike()
                                        && known.originalInitiator())
                                || !maySend(stream, request, known);
                case Move.Send(TransportPath path) ->
                        !carries(path, known) || !maySend(path, request, known);
            };
        }

        private static boolean mayConnect(
                StreamFraming framing, RequestTraits request, PathKnowledge known) {
            boolean firstCheck =
                    request.purpose() == Purpose.RETURN_ROUTABILITY && !request.wasSent();
            return !firstCheck
                    && switch (known.arrangement()) {
                        case UDP ->
                                framing == StreamFraming.TCP_ENCAPSULATION
                                        && known.originalInitiator()
                                        && known.mobike()
                                        && !known.tcpRefused();
                        case TCP_ENCAPSULATION, SEPARATE ->
                                framing == StreamFraming.TCP_ENCAPSULATION
                                        && known.originalInitiator();
                        case IKE_TCP ->
                                framing == StreamFraming.IKE_TCP
                                        && !known.tcpRefused()
                                        && (known.udpDead() || !isOfPath(request))
                                        && (known.originalInitiator()
                                                ? known.announcedPort().isPresent()
                                                        || known.startsOverTcp()
                                                : known.announcedPort().isPresent()
                                                        && known.noNat());
                    };
        }

        private static boolean carries(TransportPath path, PathKnowledge known) {
            boolean knownUdp =
                    path instanceof TransportPath.Udp udp && known.udp().equals(Optional.of(udp));
            return switch (known.arrangement()) {
                case UDP -> knownUdp;
                case TCP_ENCAPSULATION, SEPARATE -> path.kind() == TransportKind.TCP_ENCAPSULATION;
                case IKE_TCP ->
                        knownUdp
                                || (path
                                                instanceof
                                                TransportPath.Tcp(
                                                        _,
                                                        var framing,
                                                        boolean mine,
                                                        _,
                                                        _)
                                        && framing == StreamFraming.IKE_TCP
                                        && mine);
            };
        }

        private static boolean maySend(
                TransportPath path, RequestTraits request, PathKnowledge known) {
            boolean tcp = path instanceof TransportPath.Tcp;
            boolean sameKind =
                    request.copies().stream()
                            .allMatch(copy ->
                                    copy.kind() == path.kind()
                                            && (tcp
                                                    || ((TransportPath.Udp) copy).nonEspMarker()
                                                            == ((TransportPath.Udp) path)
                                                                    .nonEspMarker()));
            boolean moving = known.mobike() && known.arrangement() != Arrangement.IKE_TCP;
            boolean mayCopy =
                    sameKind || (request.purpose() != Purpose.INIT && (!request.bound() || moving));
            boolean repeats = tcp && request.copies().contains(path);
            boolean checksByTcp =
                    tcp
                            && known.arrangement() == Arrangement.IKE_TCP
                            && isOfPath(request)
                            && !known.udpDead();
            boolean firstCheck =
                    tcp && request.purpose() == Purpose.RETURN_ROUTABILITY && !request.wasSent();
            return mayCopy && !repeats && !checksByTcp && !firstCheck;
        }

        private static boolean isOfPath(RequestTraits request) {
            return List.of(Purpose.LIVENESS, Purpose.RETURN_ROUTABILITY, Purpose.ADDRESSES)
                    .contains(request.purpose());
        }
    }

    private static PathKnowledge randomKnowledge(Random random) {
        Arrangement arrangement = anyOf(random, List.of(Arrangement.values()));
        return new PathKnowledge(
                arrangement,
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean() ? OptionalInt.of(500) : OptionalInt.empty(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextInt(4) == 0,
                random.nextBoolean(),
                random.nextInt(8) == 0
                        ? Optional.empty()
                        : Optional.of(random.nextBoolean() ? UDP_500 : UDP_4500),
                random.nextBoolean()
                        ? Optional.empty()
                        : Optional.of(
                                anyOf(random, List.of(RAW, PEERS_RAW, STREAM, OTHER_STREAM))));
    }

    private static RequestTraits randomRequest(Random random) {
        Purpose purpose = anyOf(random, List.of(Purpose.values()));
        List<TransportPath> copies = new ArrayList<>();
        PATHS.stream().filter(_ -> random.nextInt(5) == 0).forEach(copies::add);
        return new RequestTraits(
                purpose,
                purpose == Purpose.INIT || random.nextBoolean(),
                random.nextInt(4000),
                random.nextInt(4000),
                copies,
                random.nextInt(8),
                random.nextBoolean());
    }

    private static <T> T anyOf(Random random, List<? extends T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
