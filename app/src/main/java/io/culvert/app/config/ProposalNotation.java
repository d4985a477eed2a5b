package io.culvert.app.config;

import io.culvert.ike.proposal.EspProposal;
import io.culvert.ike.proposal.IkeProposal;
import java.util.List;

/// Reads proposals in strongSwan's notation, such as `aes128gcm16-prfsha256-x25519` or `default`.
public interface ProposalNotation {
    /// The proposals that one text stands for, best first.
    ///
    /// @throws IllegalArgumentException if a word of it is not known; the message says which
    List<IkeProposal> ike(String text);

    /// The proposals that one text stands for, best first.
    ///
    /// @throws IllegalArgumentException if a word of it is not known; the message says which
    List<EspProposal> esp(String text);
}
