package io.culvert.ike.session;

import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.WireGenerators;
import io.culvert.ipsec.testing.Choices;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.util.List;

/// What somebody without the keys can send, drawn by [Choices] once the pair stands where it is to be hit.
///
/// @param recipe how the octets come to be
/// @param toClient which end gets it
/// @param by by which path
record Garbage(Recipe recipe, boolean toClient, By by, long first, long second, Octets noise) {
    enum Recipe {
        /// Any octets.
        RANDOM,
        /// Random payloads behind a header with the SPIs of the IKE SA.
        WELL_FORMED,
        /// An SK payload of noise behind such a header.
        NOISE_IN_SK,
        /// A message of the pair, cut.
        TRUNCATED,
        /// A message of the pair with one octet changed.
        CHANGED,
        /// A message of the pair with octets appended.
        LENGTHENED,
        /// A message of the pair once more, though it has been delivered.
        REPLAYED,
        /// A message of another pair.
        FOREIGN,
        /// A message of another pair with the SPIs of this one.
        FOREIGN_WITH_OUR_SPIS
    }

    enum By {
        USUAL,
        UDP_500,
        UDP_4500,
        OTHER_IKE_TCP,
        OTHER_TCP_ENCAPSULATION
    }

    static Gen<Garbage> any() {
        return choices ->
                new Garbage(
                        Gen.enums(Recipe.class).draw(choices),
                        Gen.booleans().draw(choices),
                        Gen.enums(By.class).draw(choices),
                        choices.below(1 << 20),
                        choices.below(1 << 20),
                        noise(choices));
    }

    private static Octets noise(Choices choices) {
        return Gen.oneOf(Gen.octets(0, 120), WireGenerators.messages().map(MessageCodec::encode))
                .draw(choices);
    }

    /// Hands it to the pair.
    void hit(Pair pair, List<Octets> foreign) {
        Pair.End to = toClient ? pair.client : pair.gateway;
        pair.inject(to, path(pair, to), octets(pair, to, foreign));
    }

    private TransportPath path(Pair pair, Pair.End to) {
        return switch (by) {
            case USUAL -> pair.pathTo(to);
            case UDP_500 -> Pairs.udpTo(to, 500);
            case UDP_4500 -> Pairs.udpTo(to, 4500);
            case OTHER_IKE_TCP -> pair.foreignConnection(StreamFraming.IKE_TCP);
            case OTHER_TCP_ENCAPSULATION -> pair.foreignConnection(StreamFraming.TCP_ENCAPSULATION);
        };
    }

    private Octets octets(Pair pair, Pair.End to, List<Octets> foreign) {
        return switch (recipe) {
            case RANDOM -> noise;
            case WELL_FORMED -> withSpis(pair, to, noise);
            case NOISE_IN_SK -> noiseInSk(pair, to);
            case TRUNCATED -> {
                Octets message = own(pair.traffic);
                yield message.slice(0, (int) (second % Math.max(1, message.size())));
            }
            case CHANGED -> changed(own(pair.traffic));
            case LENGTHENED -> lengthened(own(pair.traffic));
            case REPLAYED ->
                    own(pair.traffic.stream().filter(m -> !pair.kept.contains(m)).toList());
            case FOREIGN -> foreign.get((int) (first % foreign.size()));
            case FOREIGN_WITH_OUR_SPIS ->
                    withSpis(pair, to, foreign.get((int) (first % foreign.size())));
        };
    }

    private Octets own(List<Pair.InFlight> messages) {
        return messages.isEmpty() ? noise : messages.get((int) (first % messages.size())).message();
    }

    private Octets changed(Octets message) {
        byte[] octets = message.toArray();
        int at = (int) (second % Math.max(1, octets.length));
        if (octets.length > 0) {
            octets[at] ^= (byte) (1 + first % 255);
        }
        return Octets.wrap(octets);
    }

    /// Appends the noise; half of the time the header's length tells of it.
    private Octets lengthened(Octets message) {
        int octets = (second & 2) == 0 ? Math.max(1, noise.size()) : 66_000;
        OctetsBuilder longer =
                new OctetsBuilder().octets(message).octets(noise).zeros(octets - noise.size());
        if ((second & 1) == 1 && longer.size() >= IkeHeader.OCTETS) {
            longer.putU32(24, longer.size());
        }
        return longer.build();
    }

    private Octets noiseInSk(Pair pair, Pair.End to) {
        int flags = (first & 1) == 0 ? 0x08 : 0;
        flags |= (first & 2) == 0 ? 0x20 : 0;
        OctetsBuilder message =
                new OctetsBuilder()
                        .zeros(16)
                        .u8(46)
                        .u8(0x20)
                        .u8(34 + (int) (second % 5))
                        .u8(flags)
                        .u32(first >> 2 & 3)
                        .u32(0)
                        .u8((int) (second >> 8))
                        .u8(0)
                        .u16(4 + noise.size())
                        .octets(noise);
        message.putU32(24, message.size());
        return withSpis(pair, to, message.build());
    }

    private static Octets withSpis(Pair pair, Pair.End to, Octets message) {
        return pair.traffic.stream()
                .filter(m -> m.from() != to)
                .reduce((_, last) -> last)
                .flatMap(m -> IkeHeader.peek(m.message()).map(_ -> m.message().slice(0, 16)))
                .filter(_ -> message.size() >= 16)
                .map(spis -> Octets.concat(spis, message.slice(16)))
                .orElse(message);
    }
}
