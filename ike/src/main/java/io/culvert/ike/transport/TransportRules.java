package io.culvert.ike.transport;

import io.culvert.ike.transport.RequestTraits.Purpose;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What the specifications forbid when a transport is chosen: each rule with its requirement IDs. What we prefer among
/// what is left says a [TransportPolicy].
///
/// @spec https://www.rfc-editor.org/rfc/rfc9329#section-5 RFC 9329 section 5
public enum TransportRules {
    /// Its NAT detection, cookies and addresses are true on one transport only.
    BOUND_REQUESTS_STAY(
            "IT-051", "a transport-bound request is never sent over another transport") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            // RFC 9329 wants the same request in the connection, and another one with the right
            // hashes after it (IT-059)
            boolean mobike = known.mobike() && known.arrangement() != Arrangement.IKE_TCP;
            return target(move)
                            .filter(path -> request.bound() && request.wentElsewhere(path))
                            .isPresent()
                    && !mobike;
        }
    },
    /// NAT detection binds it, and what it has begun has no keys yet that could show that two messages are one.
    INIT_STAYS("IT-05C, TE-029", "IKE_SA_INIT is never repeated on another transport") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            return request.purpose() == Purpose.INIT
                    && target(move).filter(request::wentElsewhere).isPresent();
        }
    },
    /// TCP repeats what is lost.
    NO_REPETITION_ON_A_CONNECTION("IT-015, TE-060", "nothing is repeated on the same connection") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            return target(move)
                    .filter(path ->
                            path instanceof TransportPath.Tcp && request.copies().contains(path))
                    .isPresent();
        }
    },
    /// They test the path that ESP depends on.
    PATH_CHECKS_OVER_UDP("IT-019, IT-082", "with ike-tcp, checks of the path of ESP go over UDP") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            return known.arrangement() == Arrangement.IKE_TCP
                    && request.purpose().isOfPath()
                    && !known.udpDead()
                    && usesTcp(move);
        }
    },
    /// The handshake of TCP has shown it already.
    NO_RETURN_ROUTABILITY_OVER_TCP("TE-089", "return routability is not checked over TCP") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            return request.purpose() == Purpose.RETURN_ROUTABILITY
                    && !request.wasSent()
                    && usesTcp(move);
        }
    },
    /// Peers that know nothing of raw IKE over TCP see no SYN.
    ANNOUNCED_ONLY(
            "IT-037, IT-038",
            "raw TCP is tried only if the peer has announced it or configuration says so") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            return move.equals(new Move.Connect(StreamFraming.IKE_TCP))
                    && known.announcedPort().isEmpty()
                    && !(known.originalInitiator() && known.startsOverTcp());
        }
    },
    /// A NAT would not let it through, or would lead it to somebody else.
    RESPONDER_OPENS_WITHOUT_NAT(
            "IT-070, IT-071",
            "the original responder opens a raw TCP connection only where NAT detection found no NAT") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            return move.equals(new Move.Connect(StreamFraming.IKE_TCP))
                    && !known.originalInitiator()
                    && !known.noNat();
        }
    },
    /// Who opened the connection has said so by its half close.
    NOT_ON_THE_PEERS_CONNECTION(
            "IT-029", "with ike-tcp, no request goes on a connection that the peer opened") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            return target(move)
                    .filter(path ->
                            path instanceof TransportPath.Tcp stream
                                    && stream.framing() == StreamFraming.IKE_TCP
                                    && !stream.weOpened())
                    .isPresent();
        }
    },
    /// The roles are those of the first IKE SA, whoever rekeys.
    RESPONDER_NEVER_OPENS(
            "TE-041",
            "with tcp-encapsulation and separate transports only the original initiator opens connections") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            return move.equals(new Move.Connect(StreamFraming.TCP_ENCAPSULATION))
                    && !known.originalInitiator();
        }
    },
    /// Until MOBIKE changes it, which it does not for separate transports.
    ALL_IN_THE_CONNECTION(
            "TE-030, ST-010", "an IKE SA in a connection sends no IKE message over UDP") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            return known.arrangement().isIkeInOneConnection()
                    && target(move).filter(TransportPath.Udp.class::isInstance).isPresent();
        }
    },
    /// Raw messages and framed ones are two protocols.
    ONE_MODE("IT-085", "ike-tcp and tcp-encapsulation are not used in the same IKE SA") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            Optional<StreamFraming> framing =
                    switch (move) {
                        case Move.Connect(StreamFraming wanted) -> Optional.of(wanted);
                        case Move.Send(TransportPath.Tcp stream) -> Optional.of(stream.framing());
                        case Move.MoveInto(TransportPath.Tcp stream) ->
                                Optional.of(stream.framing());
                        case Move.Send _, Move.StartAnew _, Move.Wait _, Move.GiveUp _ ->
                                Optional.empty();
                    };
            return framing.filter(f -> !fits(f, known.arrangement())).isPresent();
        }

        private boolean fits(StreamFraming framing, Arrangement arrangement) {
            return (framing == StreamFraming.IKE_TCP) == (arrangement == Arrangement.IKE_TCP);
        }
    },
    /// Without MOBIKE the peer would not know that ESP is to follow.
    MOVES_BY_MOBIKE(
            "TE-080",
            "only MOBIKE moves an IKE SA from UDP into a connection, by the original initiator") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            boolean intoConnection = known.arrangement() == Arrangement.UDP && usesTcp(move);
            return (intoConnection && !(known.mobike() && known.originalInitiator()))
                    || (move instanceof Move.MoveInto && known.arrangement() != Arrangement.UDP)
                    || (move instanceof Move.Send(TransportPath.Tcp _)
                            && known.arrangement() == Arrangement.UDP);
        }
    },
    /// A SYN that was not answered will hardly be answered a moment later.
    REFUSED_CONNECTIONS_REST(
            "IT-036, IT-074", "after a failed connection UDP is used for a while") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            return move instanceof Move.Connect
                    && !known.arrangement().isIkeInOneConnection()
                    && known.tcpRefused();
        }
    },
    /// What has keys is not begun anew for a lost message.
    ONLY_INIT_STARTS_ANEW("IT-052", "only IKE_SA_INIT starts anew") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            return move instanceof Move.StartAnew && request.purpose() != Purpose.INIT;
        }
    },
    /// The peer's port behind a NAT is what the NAT makes of it.
    NO_GUESSED_ENDPOINT(
            "IT-063, IT-072", "UDP goes to the endpoint that is known, and to no other") {
        @Override
        boolean forbids(Move move, RequestTraits request, PathKnowledge known) {
            return target(move)
                    .filter(path ->
                            path instanceof TransportPath.Udp
                                    && !known.udp()
                                            .map(TransportPath.class::cast)
                                            .equals(Optional.of(path)))
                    .isPresent();
        }
    };

    private final String ids;
    private final String text;

    TransportRules(String ids, String text) {
        this.ids = ids;
        this.text = text;
    }

    /// The IDs of the requirements that it stands for.
    public String ids() {
        return ids;
    }

    /// The rule in a sentence.
    public String text() {
        return text;
    }

    /// Whether the rule forbids the move.
    abstract boolean forbids(Move move, RequestTraits request, PathKnowledge known);

    /// The first rule that forbids the move, if any does.
    public static Optional<TransportRules> forbidding(
            Move move, RequestTraits request, PathKnowledge known) {
        return Arrays.stream(values())
                .filter(rule -> rule.forbids(move, request, known))
                .findFirst();
    }

    /// Those of the moves that are permitted.
    ///
    /// @param preferred what a policy prefers, best first
    public static List<Move> permitted(
            List<Move> preferred, RequestTraits request, PathKnowledge known) {
        return preferred.stream()
                .filter(move -> forbidding(move, request, known).isEmpty())
                .toList();
    }

    /// The best move that is permitted; if there is none, there is no way to the peer.
    ///
    /// @param preferred what a policy prefers, best first
    public static Move choose(List<Move> preferred, RequestTraits request, PathKnowledge known) {
        return permitted(preferred, request, known).stream()
                .findFirst()
                .orElseGet(Move.GiveUp::new);
    }

    private static Optional<TransportPath> target(Move move) {
        return switch (move) {
            case Move.Send(TransportPath path) -> Optional.of(path);
            case Move.MoveInto(TransportPath.Tcp stream) -> Optional.of(stream);
            case Move.Connect _, Move.StartAnew _, Move.Wait _, Move.GiveUp _ -> Optional.empty();
        };
    }

    private static boolean usesTcp(Move move) {
        return move instanceof Move.Connect
                || target(move).filter(TransportPath.Tcp.class::isInstance).isPresent();
    }
}
