package io.culvert.app.config;

import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportChoice.IkeTcpPolicy;
import io.culvert.ike.api.TransportOrder;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import java.util.List;

/// Reads `proposals` and `require-post-quantum` of a connection.
///
/// @param section the connection's table
record IkeProposalReader(Section section) {
    private static final String DEFAULT = "default";

    /// What fits into a packet that every network carries, together with the rest of IKE_SA_INIT.
    private static final int MOST_OCTETS_IN_A_DATAGRAM = 800;

    /// The proposals, best first.
    ///
    /// @param transports by which we would start
    List<IkeProposal> read(TransportOrder transports) {
        boolean postQuantum = section.flag("require-post-quantum", false);
        List<IkeProposal> proposals =
                section
                        .parsedAll(
                                "proposals",
                                text -> parse(text, postQuantum),
                                "write algorithms as strongSwan does, such as"
                                        + " \"aes128gcm16-prfsha256-x25519\", or \"default\"")
                        .stream()
                        .flatMap(List::stream)
                        .toList();
        if (proposals.isEmpty()) {
            return parse(DEFAULT, postQuantum);
        }
        if (postQuantum) {
            proposals.stream()
                    .filter(proposal -> !proposal.isPostQuantum())
                    .findFirst()
                    .ifPresent(proposal ->
                            section.error(
                                    "proposals",
                                    "a quantum computer could break what may be chosen from "
                                            + proposal,
                                    "add -ke1_mlkem768 to it, or write require-post-quantum ="
                                            + " false"));
        }
        complainOfLargeMessages(proposals, transports);
        return proposals;
    }

    private static List<IkeProposal> parse(String text, boolean postQuantum) {
        return postQuantum ? ProposalParser.ikePostQuantum(text) : ProposalParser.ike(text);
    }

    /// IKE_SA_INIT has no fragments of its own, and those of IP are lost on many networks.
    private void complainOfLargeMessages(List<IkeProposal> proposals, TransportOrder transports) {
        boolean overUdp = transports.choices().stream().anyMatch(IkeProposalReader::startsOverUdp);
        proposals.stream()
                .flatMap(proposal -> proposal.keyExchanges().stream())
                .filter(method -> overUdp && isLarge(method))
                .findFirst()
                .ifPresent(_ ->
                        section.error(
                                "proposals",
                                "the first key exchange is too large for a UDP datagram",
                                "write x25519-ke1_mlkem768, or use tcp-encapsulation, or ike-tcp with"
                                        + " ike-tcp-policy = \"always\""));
    }

    private static boolean isLarge(KeyExchangeMethod method) {
        return method.isPostQuantum() && method.initiatorOctets() > MOST_OCTETS_IN_A_DATAGRAM;
    }

    private static boolean startsOverUdp(TransportChoice choice) {
        return switch (choice) {
            case TransportChoice.Udp _, TransportChoice.Separate _ -> true;
            case TransportChoice.TcpEncapsulation _ -> false;
            case TransportChoice.IkeTcp(IkeTcpPolicy policy, int _) ->
                    policy != IkeTcpPolicy.ALWAYS;
        };
    }
}
