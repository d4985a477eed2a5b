package io.culvert.ike.proposal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is chosen for the additional key exchanges of two sides.
final class AdditionalKeyExchangesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x25519-ke1_mlkem768 | x25519-ke1_mlkem768 | x25519-ke1_mlkem768",
                "x25519-ke1_mlkem768 | x25519 | -",
                "x25519 | x25519-ke1_mlkem768 | -",
                "x25519 | x25519-ke1_mlkem768-ke1_none | x25519",
                "x25519-ke1_mlkem768-ke1_none | x25519 | x25519",
                "x25519-ke1_mlkem768-ke1_mlkem512 | x25519-ke1_mlkem512-ke1_mlkem768 | x25519-ke1_mlkem768",
                "x25519-ke1_mlkem768 | x25519-ke2_mlkem768 | -",
                "x25519-ke3_mlkem768 | x25519-ke3_mlkem768-ke7_x448-ke7_none | x25519-ke3_mlkem768",
                "x25519-x448-ke1_x25519 | x25519-x448-ke1_x25519 | x448-ke1_x25519",
                "x25519-ke1_mlkem768-ke1_x448-ke2_mlkem768 | x25519-ke1_mlkem768-ke1_x448-ke2_mlkem768 | x25519-ke1_x448-ke2_mlkem768",
                "x25519-ke1_x25519 | x25519-ke1_x25519 | -"
            })
    @DisplayName("additional key exchanges: one choice for each number, no method twice (E9-1)")
    void additionalKeyExchanges(String ours, String theirs, String expected) {
        String rest = "aes128gcm16-prfsha256-";
        Optional<ProposalSelection.IkeChoice> choice =
                ProposalSelection.chooseIke(
                        ProposalParser.ike(rest + ours),
                        ProposalOffer.ofIke(ProposalParser.ike(rest + theirs)),
                        Optional.empty(),
                        true);

        assertThat(choice.map(c -> c.suite().toString()))
                .isEqualTo(expected.equals("-") ? Optional.empty() : Optional.of(rest + expected));
        choice.ifPresent(c -> {
            List<IkeProposal> offered = ProposalParser.ike(rest + theirs);
            assertThat(
                            ProposalSelection.acceptIke(
                                    offered, ProposalOffer.chosenIke(c.number(), c.suite())))
                    .hasValue(c.suite());
            assertThat(c.suite().isFrom(ProposalParser.ike(rest + ours).getFirst())).isTrue();
        });
    }

    @Test
    @DisplayName(
            "without IKE_INTERMEDIATE proposals with additional key exchanges are passed over (E9-1)")
    void withoutIntermediate() {
        List<IkeProposal> both = new ArrayList<>();
        both.addAll(ProposalParser.ike("aes128gcm16-prfsha256-x25519-ke1_mlkem768-ke1_none"));
        both.addAll(ProposalParser.ike("aes256gcm16-prfsha256-x25519"));

        Optional<ProposalSelection.IkeChoice> choice =
                ProposalSelection.chooseIke(
                        both, ProposalOffer.ofIke(both), Optional.empty(), false);

        assertThat(choice.orElseThrow().number()).isEqualTo(2);
    }
}
