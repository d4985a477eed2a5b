package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;
import java.util.List;

/// A proposal as it stands in an SA payload: transforms of all types, alternatives included.
///
/// ```
/// Last(0|2)(1) Reserved(1) Length(2) Number(1) Protocol(1) SpiSize(1) NumTransforms(1) SPI Transforms
/// ```
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.3.1 RFC 7296 section 3.3.1
/// @param number the proposal's number, from 1; a response repeats it
/// @param protocol what is proposed
/// @param spi the sender's inbound SPI: none in IKE_SA_INIT, 8 octets to rekey an IKE SA, 4 for ESP; at most 255
/// @param transforms 1 to 255
public record ProposalSubstructure(
        int number, ProtocolId protocol, Octets spi, List<TransformSubstructure> transforms) {
    static final int HEADER_OCTETS = 8;

    /// Copies the list and checks sizes.
    public ProposalSubstructure {
        transforms = List.copyOf(transforms);
        Wire.requireU8(number, "proposal number");
        Wire.requireSize(spi, 0, 255, "SPI");
        Wire.requireRange(transforms.size(), 1, 255, "number of transforms");
        Wire.requireU16(length(spi, transforms), "length of a proposal");
    }

    int lengthOctets() {
        return length(spi, transforms);
    }

    private static int length(Octets spi, List<TransformSubstructure> transforms) {
        return HEADER_OCTETS
                + spi.size()
                + transforms.stream().mapToInt(TransformSubstructure::lengthOctets).sum();
    }
}
