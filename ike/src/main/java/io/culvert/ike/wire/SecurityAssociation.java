package io.culvert.ike.wire;

import java.util.List;

/// The SA payload: what is offered, or the one proposal that was chosen.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.3 RFC 7296 section 3.3
/// @param proposals the proposals in order of preference, at least one
public record SecurityAssociation(List<ProposalSubstructure> proposals) implements Payload {
    /// Copies the list and checks the total length.
    public SecurityAssociation {
        proposals = List.copyOf(proposals);
        if (proposals.isEmpty()) {
            throw new IllegalArgumentException("an SA payload has at least one proposal");
        }
        Wire.requireBody(
                proposals.stream().mapToInt(ProposalSubstructure::lengthOctets).sum(), "SA");
    }

    @Override
    public PayloadType type() {
        return PayloadType.SA;
    }
}
