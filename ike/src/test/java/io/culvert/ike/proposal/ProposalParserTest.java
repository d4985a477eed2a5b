package io.culvert.ike.proposal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProposalParserTest {
    private static final Encryption GCM_128 = new Encryption(EncryptionAlgorithm.AES_GCM_16, 128);
    private static final Encryption CBC_256 = new Encryption(EncryptionAlgorithm.AES_CBC, 256);

    @Test
    void anAeadProposal() {
        assertThat(ProposalParser.ike("aes128gcm16-prfsha256-x25519"))
                .containsExactly(
                        new IkeProposal(
                                List.of(GCM_128),
                                List.of(PrfAlgorithm.HMAC_SHA2_256),
                                List.of(),
                                List.of(KeyExchangeMethod.CURVE25519)));
    }

    @Test
    @DisplayName("a prf that is not named follows from the integrity algorithm")
    void anImpliedPrf() {
        assertThat(ProposalParser.ike("aes256-sha256-modp2048"))
                .containsExactly(
                        new IkeProposal(
                                List.of(CBC_256),
                                List.of(PrfAlgorithm.HMAC_SHA2_256),
                                List.of(IntegrityAlgorithm.HMAC_SHA2_256_128),
                                List.of(KeyExchangeMethod.MODP_2048)));
        assertThat(ProposalParser.ike("aes128gcm16-sha384-ecp384"))
                .extracting(IkeProposal::prfs)
                .containsExactly(List.of(PrfAlgorithm.HMAC_SHA2_384));
    }

    @Test
    @DisplayName("IK-045: AEADs and other ciphers in one text become two proposals")
    void mixtures() {
        assertThat(ProposalParser.ike("aes128gcm16-aes256-sha256-x25519"))
                .map(IkeProposal::toString)
                .containsExactly("aes128gcm16-prfsha256-x25519", "aes256-sha256-x25519");
        assertThat(ProposalParser.esp("aes256-aes128gcm16-sha256-esn"))
                .map(EspProposal::toString)
                .containsExactly("aes256-sha256-esn", "aes128gcm16-esn");
    }

    @Test
    void espProposals() {
        assertThat(ProposalParser.esp("aes128gcm16-x25519"))
                .containsExactly(
                        new EspProposal(
                                List.of(GCM_128),
                                List.of(),
                                List.of(KeyExchangeMethod.CURVE25519),
                                List.of(false)));
        assertThat(ProposalParser.esp("chacha20poly1305-esn-noesn"))
                .extracting(EspProposal::extendedSequenceNumbers)
                .containsExactly(List.of(true, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aes128gcm16-prfsha256-x25519",
                "aes128-sha256-x25519",
                "aes256-aes128-sha512-sha256-modp2048-ecp256",
                "aes256-sha256-prfsha512-x448",
                "chacha20poly1305-prfsha512-prfsha1-ecp521",
                "aes192ctr-sha1-modp8192",
                "aes256gcm16-prfsha384-mlkem768-mlkem1024-mlkem512",
                "aes256gcm16-prfsha384-x25519-ke1_mlkem768",
                "aes128-sha256-x25519-ecp384-ke1_mlkem1024-ke1_mlkem768-ke1_none-ke3_x448-ke7_ecp521"
            })
    void theNotationIsReadBack(String text) {
        assertThat(ProposalParser.ike(text)).map(IkeProposal::toString).containsExactly(text);
    }

    @ParameterizedTest
    @CsvSource({
        "AES128GCM128-PRFSHA256-CURVE25519, aes128gcm16-prfsha256-x25519",
        "aes-sha2_256-curve448, aes128-sha256-x448",
        "aes128-aes128-sha256-sha256-x25519-x25519, aes128-sha256-x25519",
        "aes256gcm16-sha384-prfsha384-ecp384, aes256gcm16-prfsha384-ecp384"
    })
    void otherWordsForTheSame(String text, String ours) {
        assertThat(ProposalParser.ike(text)).map(IkeProposal::toString).containsExactly(ours);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "aes128gcm61-prfsha256-x25519 | \"aes128gcm61\" is not known here, the nearest word is \"aes128gcm16\"",
                "aes128gcm16-prfsha265-x25519 | \"prfsha265\" is not known here, the nearest word is \"prfsha256\"",
                "3des-sha1-modp2048 | \"3des\" is too weak",
                "aes256-sha256-modp1024 | \"modp1024\" is too weak",
                "aes256-x25519-prfsha256 | aes256 needs an integrity algorithm beside it, such as sha256",
                "aes128gcm16-x25519 | a prf is missing, such as prfsha256",
                "aes128gcm16-prfsha256 | a key exchange method is missing, such as x25519",
                "prfsha256-x25519 | an encryption algorithm is missing, such as aes256gcm16",
                "aes128gcm16-prfsha256-x25519-esn | esn and noesn are for ESP alone",
                "aes128gcm16--x25519 | a word is missing between hyphens",
                "aes128gcm16-default | \"default\" stands alone",
                "aes128gcm16-prfsha256-x25519-ke8_mlkem768 | \"ke8_mlkem768\" is not known here",
                "aes128gcm16-prfsha256-x25519-ke1_mlkem678 | in \"ke1_mlkem678\", \"mlkem678\" is not known here, the nearest word is \"mlkem768\"",
                "aes128gcm16-prfsha256-x25519-ke1_modp1024 | \"modp1024\" is too weak",
                "'' | a word is missing"
            })
    void mistakesInIkeProposals(String text, String message) {
        assertThatThrownBy(() -> ProposalParser.ike(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message.strip());
    }

    @Test
    void mistakesInEspProposals() {
        assertThatThrownBy(() -> ProposalParser.esp("aes128gcm16-prfsha256"))
                .hasMessage("proposal \"aes128gcm16-prfsha256\": prfsha256 is for IKE alone");
        assertThatThrownBy(() -> ProposalParser.esp("aes256"))
                .hasMessageContaining("aes256 needs an integrity algorithm");
    }

    @Test
    @DisplayName(
            "the defaults hold what RFC 8247 and RFC 8221 require, and 32-bit sequence numbers too")
    void defaults() {
        List<IkeProposal> ike = ProposalParser.ike("default");
        assertThat(ike).hasSize(2);
        assertThat(ike.getFirst().keyExchanges().getFirst())
                .isEqualTo(KeyExchangeMethod.CURVE25519);
        assertThat(ike)
                .allSatisfy(proposal ->
                        assertThat(proposal.keyExchanges())
                                .contains(KeyExchangeMethod.MODP_2048, KeyExchangeMethod.ECP_256))
                .allSatisfy(proposal ->
                        assertThat(proposal.prfs()).contains(PrfAlgorithm.HMAC_SHA2_256));
        assertThat(ike.get(0).encryption()).contains(GCM_128);
        assertThat(ike.get(1).encryption()).contains(CBC_256);
        List<EspProposal> esp = ProposalParser.esp(" Default ");
        assertThat(esp)
                .allSatisfy(
                        proposal -> assertThat(proposal.extendedSequenceNumbers()).contains(false));
        assertThat(esp.getFirst().encryption()).contains(GCM_128);
    }

    @Test
    @DisplayName(
            "additional key exchanges stand in the order of their numbers; ESP needs a first one (E9-1)")
    void additionalKeyExchanges() {
        assertThat(ProposalParser.ike("aes128gcm16-prfsha256-ke2_x448-x25519-ke1_mlkem768"))
                .map(IkeProposal::toString)
                .containsExactly("aes128gcm16-prfsha256-x25519-ke1_mlkem768-ke2_x448");
        assertThat(ProposalParser.esp("aes128gcm16-x25519-ke1_mlkem768-esn"))
                .map(EspProposal::toString)
                .containsExactly("aes128gcm16-x25519-ke1_mlkem768-esn");
        assertThatThrownBy(() -> ProposalParser.esp("aes128gcm16-ke1_mlkem768"))
                .hasMessageContaining("ke1_mlkem768 needs a first key exchange");
    }

    @ParameterizedTest
    @CsvSource({
        "aes128gcm16-prfsha256-x25519, false",
        "aes128gcm16-prfsha256-mlkem512, true",
        "aes128gcm16-prfsha256-mlkem512-x25519, false",
        "aes128gcm16-prfsha256-x25519-ke1_mlkem768, true",
        "aes128gcm16-prfsha256-x25519-ke1_mlkem768-ke1_none, false",
        "aes128gcm16-prfsha256-x25519-ke1_x448-ke2_mlkem768-ke2_mlkem1024, true",
        "aes128gcm16-prfsha256-x25519-ke1_x448-ke1_mlkem768, false"
    })
    @DisplayName("a proposal is post-quantum if every choice from it is (E9-6)")
    void postQuantum(String text, boolean expected) {
        assertThat(ProposalParser.ike(text))
                .allMatch(proposal -> proposal.isPostQuantum() == expected);
        assertThat(ProposalParser.ikePostQuantum("default"))
                .isNotEmpty()
                .allMatch(IkeProposal::isPostQuantum);
    }

    @Test
    @DisplayName("IK-045: a mixture cannot be constructed")
    void illegalProposals() {
        List<PrfAlgorithm> prfs = List.of(PrfAlgorithm.HMAC_SHA2_256);
        List<KeyExchangeMethod> methods = List.of(KeyExchangeMethod.CURVE25519);
        List<IntegrityAlgorithm> sha = List.of(IntegrityAlgorithm.HMAC_SHA2_256_128);
        for (List<Encryption> encryption :
                List.of(List.of(GCM_128, CBC_256), List.<Encryption>of(), List.of(GCM_128))) {
            assertThatThrownBy(() -> new IkeProposal(encryption, prfs, sha, methods))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new IkeProposal(List.of(CBC_256), prfs, List.of(), methods))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new IkeProposal(List.of(GCM_128), prfs, List.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
