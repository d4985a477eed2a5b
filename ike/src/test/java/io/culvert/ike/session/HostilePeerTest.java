package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Input;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.WireGenerators;
import io.culvert.ipsec.testing.Choices;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A peer that has the keys and no manners: its messages are authentic, and anything else may be wrong with them.
class HostilePeerTest {
    /// A message to write.
    ///
    /// @param byClient who writes it
    /// @param idOffset how far its message ID is from 0
    /// @param borrowed whether the payloads are those of the kept or latest honest message, some changed
    private record Malice(
            boolean byClient,
            boolean response,
            int exchange,
            int idOffset,
            boolean borrowed,
            int by,
            long change,
            List<Payload> payloads,
            Octets raw) {
        static Gen<Malice> any() {
            return choices ->
                    new Malice(
                            Gen.booleans().draw(choices),
                            Gen.booleans().draw(choices),
                            exchange(choices),
                            Gen.ints(0, 4).draw(choices),
                            Gen.booleans().draw(choices),
                            Gen.ints(0, 3).draw(choices),
                            choices.below(1 << 20),
                            WireGenerators.payloads().draw(choices),
                            Gen.oneOf(Gen.constant(Octets.EMPTY), Gen.octets(1, 80)).draw(choices));
        }

        private static int exchange(Choices choices) {
            return Gen.of(37, 35, 36, 34, 43, 99).draw(choices);
        }

        Octets write(Pair pair, Forger forger) {
            ExchangeType type = new ExchangeType(exchange);
            IkeHeader header =
                    response
                            ? forger.response(type, byClient, idOffset)
                            : forger.request(type, byClient, idOffset);
            if (!raw.isEmpty()) {
                return forger.message(header, new PayloadType((int) (change % 60)), raw);
            }
            List<Payload> chain = borrowed ? changed(honest(pair, forger)) : payloads;
            if (!borrowed || change % 3 != 0) {
                return forger.message(header, chain);
            }
            // an octet inside is wrong, the seal is right
            byte[] plaintext = MessageCodec.encodePayloads(chain).toArray();
            if (plaintext.length > 0) {
                plaintext[(int) (change / 3 % plaintext.length)] ^= (byte) (1 + change % 255);
            }
            Octets padded = Octets.concat(Octets.wrap(plaintext), Octets.of((byte) 0));
            return forger.message(header, PayloadChain.firstType(chain), padded);
        }

        /// The payloads of a message that its writer did or would send.
        private List<Payload> honest(Pair pair, Forger forger) {
            List<Octets> protectedOnes =
                    pair.traffic.stream()
                            .filter(m -> m.from().isClient == byClient)
                            .map(Pair.InFlight::message)
                            .filter(m -> m.u8(16) == PayloadType.SK.value())
                            .toList();
            return protectedOnes.isEmpty()
                    ? List.of()
                    : forger.open(protectedOnes.get((int) (change % protectedOnes.size())));
        }

        /// One payload less, one more, or one twice.
        private List<Payload> changed(List<Payload> honest) {
            List<Payload> chain = new ArrayList<>(honest);
            int at = chain.isEmpty() ? 0 : (int) (change % chain.size());
            switch ((int) (change >> 4 & 3)) {
                case 0 -> chain.addAll(at, payloads);
                case 1 -> {
                    if (!chain.isEmpty()) {
                        chain.remove(at);
                    }
                }
                case 2 -> {
                    if (!chain.isEmpty()) {
                        chain.add(chain.get(at));
                    }
                }
                default -> {}
            }
            return chain;
        }

        TransportPath path(Pair pair, Pair.End to) {
            return switch (by) {
                case 0 -> pair.pathTo(to);
                case 1 -> Pairs.udpTo(to, 4500);
                case 2 -> pair.foreignConnection(StreamFraming.IKE_TCP);
                default -> pair.foreignConnection(StreamFraming.TCP_ENCAPSULATION);
            };
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Situation.class,
            names = {"AWAITING_AUTH_RESPONSE", "PARKED", "ESTABLISHED", "DELETING"})
    @DisplayName(
            "no exception, few answers, one Child SA at most, and nothing left of what ends (IK-009)")
    void hostilePeer(Situation situation) {
        Gen<List<Malice>> malice = Gen.listOf(Malice.any(), 1, 5);
        Properties.forAll(
                400,
                Gen.enums(Pairs.Way.class),
                malice,
                (way, all) -> {
                    Pair pair = situation.reach(way, 1);
                    pair.watch = HostilePeerTest::checkAnswers;
                    for (Malice one : all) {
                        Forger forger = RequestWindowTest.forger(pair);
                        Pair.End to = one.byClient() ? pair.gateway : pair.client;
                        pair.inject(to, one.path(pair, to), one.write(pair, forger));
                        assertThat(pair.client.children).hasSizeLessThanOrEqualTo(1);
                        assertThat(pair.gateway.children).hasSizeLessThanOrEqualTo(1);
                    }
                    pair.letGo().advance(Duration.ofMinutes(10));
                    GarbageTest.checkNothingLeaks(pair.client);
                    GarbageTest.checkNothingLeaks(pair.gateway);
                });
    }

    private static void checkAnswers(Input input, List<Action> actions) {
        if (input instanceof Input.MessageReceived) {
            assertThat(actions.stream().filter(Action.Send.class::isInstance).count())
                    .isLessThanOrEqualTo(3);
        }
    }
}
