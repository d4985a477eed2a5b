package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Command;
import io.culvert.ike.api.Input;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ike.wire.DecodeResult;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.KeyExchangePayload;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// ML-KEM as the only key exchange: in IKE_SA_INIT and in rekeyings.
@DisplayName("ML-KEM alone")
final class MlKemTest {
    @ParameterizedTest
    @CsvSource({
        "512, UDP",
        "512, IKE_TCP",
        "512, TCP_ENCAPSULATION",
        "768, IKE_TCP",
        "768, TCP_ENCAPSULATION",
        "1024, IKE_TCP",
        "1024, TCP_ENCAPSULATION"
    })
    @DisplayName("both agree on keys, in IKE_SA_INIT and when they rekey (E9-5)")
    void alone(int size, Pairs.Way way) {
        IkeProposal proposal = proposal(size);
        Pair pair = Pairs.of(Configs.client(way.choice(), proposal), Configs.gateway(proposal));

        pair.start();

        Pairs.assertKeysFit(pair);
        for (Pair.End end : List.of(pair.client, pair.gateway)) {
            end.handle(new Input.Commanded(new Command.RekeyIkeSa()));
            pair.settle();
            pair.advance(Duration.ofSeconds(10));
            RekeyTest.assertAtOne(pair);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", "long", "ones"})
    @DisplayName("an encapsulation key that must not be used is answered INVALID_SYNTAX (E9-5)")
    void badKey(String kind) {
        Pair pair = streamed();
        pair.tamper = message -> withKeyData(message, true, octets -> bad(kind, octets));

        pair.start();

        assertThat(isUp(pair.client)).isFalse();
        assertThat(pair.gateway.sessions).isEmpty();
        IkeMessage answer = decoded(pair.traffic.getLast().message());
        assertThat(answer.notification(NotifyType.INVALID_SYNTAX)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", "long"})
    @DisplayName("a ciphertext of a wrong size ends the attempt of the initiator (E9-5)")
    void badCiphertext(String kind) {
        Pair pair = streamed();
        pair.tamper = message -> withKeyData(message, false, octets -> bad(kind, octets));

        pair.start();

        assertThat(pair.client.ladder()).noneMatch(line -> line.startsWith("IKE_AUTH"));
    }

    @Test
    @DisplayName("a ciphertext that was changed gives keys that do not fit (E9-5)")
    void changedCiphertext() {
        Pair pair = streamed();
        pair.tamper = message -> withKeyData(message, false, octets -> bad("bit", octets));

        pair.start();

        assertThat(pair.client.ladder()).anyMatch(line -> line.startsWith("IKE_AUTH request"));
        assertThat(pair.gateway.ladder()).noneMatch(line -> line.startsWith("IKE_AUTH"));
        assertThat(isUp(pair.client)).isFalse();
    }

    private static boolean isUp(Pair.End end) {
        return end.session.orElseThrow().status().state().equals("Established");
    }

    private static Pair streamed() {
        IkeProposal proposal = proposal(768);
        return Pairs.of(
                Configs.client(Pairs.Way.TCP_ENCAPSULATION.choice(), proposal),
                Configs.gateway(proposal));
    }

    private static IkeProposal proposal(int size) {
        return ProposalParser.ike("aes128gcm16-prfsha256-mlkem" + size).getFirst();
    }

    static Octets bad(String kind, Octets value) {
        byte[] octets = value.toArray();
        return switch (kind) {
            case "short" -> value.slice(1);
            case "long" -> Octets.concat(value, Octets.of((byte) 0));
            case "ones" -> {
                Arrays.fill(octets, (byte) 0xff);
                yield Octets.wrap(octets);
            }
            case "bit" -> {
                octets[100] ^= 1;
                yield Octets.wrap(octets);
            }
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static Octets withKeyData(
            Octets octets, boolean ofRequest, UnaryOperator<Octets> change) {
        IkeMessage message = decoded(octets);
        if (message.header().response() == ofRequest) {
            return octets;
        }
        List<Payload> changed =
                message.payloads().stream()
                        .map(payload ->
                                payload instanceof KeyExchangePayload(int method, Octets data)
                                        ? new KeyExchangePayload(method, change.apply(data))
                                        : payload)
                        .toList();
        return changed.equals(message.payloads())
                ? octets
                : MessageCodec.encode(new IkeMessage(message.header(), changed));
    }

    private static IkeMessage decoded(Octets octets) {
        return ((DecodeResult.Decoded) new MessageCodec().decode(octets)).message();
    }
}
