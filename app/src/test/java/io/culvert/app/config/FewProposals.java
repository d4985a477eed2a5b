package io.culvert.app.config;

import io.culvert.ike.proposal.Encryption;
import io.culvert.ike.proposal.EspProposal;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import java.util.List;

/// Knows `default` and nothing else.
record FewProposals() implements ProposalNotation {
    private static final List<Encryption> AES =
            List.of(new Encryption(EncryptionAlgorithm.AES_GCM_16, 128));

    @Override
    public List<IkeProposal> ike(String text) {
        check(text);
        return List.of(
                new IkeProposal(
                        AES,
                        List.of(PrfAlgorithm.HMAC_SHA2_256),
                        List.of(),
                        List.of(KeyExchangeMethod.CURVE25519)));
    }

    @Override
    public List<EspProposal> esp(String text) {
        check(text);
        return List.of(new EspProposal(AES, List.of(), List.of(), List.of(false)));
    }

    private static void check(String text) {
        if (!text.equals("default")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a proposal");
        }
    }
}
