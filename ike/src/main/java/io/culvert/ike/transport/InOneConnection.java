package io.culvert.ike.transport;

import java.util.List;

/// All in one TCP connection, which is opened again when it breaks; nothing is repeated in the same one.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9329#section-6.2 RFC 9329 section 6.2
public record InOneConnection() implements TransportPolicy {
    @Override
    public List<Move> plan(RequestTraits request, PathKnowledge known) {
        return known.stream()
                .<List<Move>>map(stream -> List.of(new Move.Send(stream)))
                .orElseGet(InOneConnection::connect);
    }

    @Override
    public List<Move> onSilence(RequestTraits request, PathKnowledge known) {
        return List.of(new Move.GiveUp());
    }

    @Override
    public List<Move> onPathLost(RequestTraits request, PathKnowledge known) {
        return connect();
    }

    private static List<Move> connect() {
        return List.of(new Move.Connect(StreamFraming.TCP_ENCAPSULATION), new Move.Wait());
    }
}
