package io.culvert.ike.transport;

import java.util.ArrayList;
import java.util.List;

/// Over UDP; if that goes dead in mid-life, the IKE SA moves into a TCP connection, where that is configured.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9329#section-7.1 RFC 9329 section 7.1
public record UdpFirst() implements TransportPolicy {
    /// Our choice: so many copies over UDP without an answer make it worth to open a connection ("several tries").
    public static final int COPIES_BEFORE_STREAM = 3;

    @Override
    public List<Move> plan(RequestTraits request, PathKnowledge known) {
        return known.udp()
                .<List<Move>>map(path -> List.of(new Move.Send(path)))
                .orElseGet(UdpFirst::patience);
    }

    @Override
    public List<Move> onSilence(RequestTraits request, PathKnowledge known) {
        List<Move> moves = new ArrayList<>(3);
        if (known.streamWanted() && request.datagrams() >= COPIES_BEFORE_STREAM) {
            moves.add(
                    known.stream()
                            .<Move>map(Move.MoveInto::new)
                            .orElseGet(() -> new Move.Connect(StreamFraming.TCP_ENCAPSULATION)));
        }
        if (!request.spent()) {
            known.udp().ifPresent(path -> moves.add(new Move.Send(path)));
        }
        return moves;
    }

    @Override
    public List<Move> onPathLost(RequestTraits request, PathKnowledge known) {
        return patience();
    }

    private static List<Move> patience() {
        return List.of(new Move.Wait());
    }
}
