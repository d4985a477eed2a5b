package io.culvert.ike.transport;

import io.culvert.ipsec.value.Octets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Writes down what a framer finds.
final class RecordingSink implements FrameSink {
    /// What was found, in words that compare.
    sealed interface Found {
        record Ike(Octets message) implements Found {}

        record Esp(Octets packet) implements Found {}

        record Keepalive() implements Found {}

        record Ignored(IgnoredFrame frame) implements Found {}
    }

    private final List<Found> found = new ArrayList<>();

    /// Feeds a framer pieces of a stream until they end or it reports a fault.
    static Result run(StreamFramer framer, Iterable<Octets> pieces) {
        RecordingSink sink = new RecordingSink();
        Optional<StreamFault> fault = Optional.empty();
        for (Octets piece : pieces) {
            fault = framer.feed(piece.asByteBuffer(), sink);
        }
        return new Result(List.copyOf(sink.found), fault, framer.framing());
    }

    record Result(
            List<Found> found, Optional<StreamFault> fault, Optional<StreamFraming> framing) {}

    @Override
    public void ike(Octets message) {
        found.add(new Found.Ike(message));
    }

    @Override
    public void esp(ByteBuffer packet) {
        byte[] octets = new byte[packet.remaining()];
        packet.get(octets);
        found.add(new Found.Esp(Octets.wrap(octets)));
    }

    @Override
    public void keepalive() {
        found.add(new Found.Keepalive());
    }

    @Override
    public void ignored(IgnoredFrame frame) {
        found.add(new Found.Ignored(frame));
    }
}
