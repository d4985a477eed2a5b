package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ike.wire.IkeHeader;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What key exchanges cost on the wire: `docs/benchmarks.md` has these figures.
@DisplayName("Round trips and octets of a handshake")
final class HandshakeCostTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "x25519, 2, 485, 460",
        "mlkem512, 2, 1253, 1196",
        "mlkem768, 2, 1637, 1516",
        "mlkem1024, 2, 2021, 1996",
        "x25519-ke1_mlkem512, 3, 1366, 1309",
        "x25519-ke1_mlkem768, 3, 1750, 1629",
        "x25519-ke1_mlkem1024, 3, 2134, 2109",
        "x25519-ke1_mlkem768-ke2_mlkem1024-ke3_ecp384, 5, 3560, 3439"
    })
    @DisplayName("IKE_SA_INIT, one exchange for each additional key exchange, IKE_AUTH (E9-2)")
    void cost(String methods, int roundTrips, int requestOctets, int responseOctets) {
        IkeProposal proposal = ProposalParser.ike("aes128gcm16-prfsha256-" + methods).getFirst();
        Pair pair =
                Pairs.of(
                        Configs.client(Pairs.Way.TCP_ENCAPSULATION.choice(), proposal),
                        Configs.gateway(proposal));

        pair.start();

        Pairs.assertKeysFit(pair);
        List<Pair.InFlight> requests = sent(pair, pair.client);
        List<Pair.InFlight> responses = sent(pair, pair.gateway);
        assertThat(requests).hasSameSizeAs(responses).hasSize(roundTrips);
        assertThat(octets(requests)).isEqualTo(requestOctets);
        assertThat(octets(responses)).isEqualTo(responseOctets);
    }

    private static List<Pair.InFlight> sent(Pair pair, Pair.End from) {
        return pair.traffic.stream()
                .filter(message -> message.from() == from)
                .filter(message ->
                        IkeHeader.peek(message.message()).orElseThrow().response() != from.isClient)
                .toList();
    }

    private static int octets(List<Pair.InFlight> messages) {
        return messages.stream().mapToInt(message -> message.message().size()).sum();
    }
}
