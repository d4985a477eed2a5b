package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.util.List;

/// The D payload: SAs that the sender has deleted, by the SPIs of its inbound side.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.11 RFC 7296 section 3.11
/// @param protocol IKE for this IKE SA itself, which has no SPI here; else ESP
/// @param spis the SPIs, all of one size of at least one octet; none for IKE
public record Delete(ProtocolId protocol, List<Octets> spis) implements Payload {
    private static final int ESP_SPI_OCTETS = 4;

    /// Copies the list and checks sizes.
    public Delete {
        spis = List.copyOf(spis);
        Wire.requireU16(spis.size(), "number of SPIs");
        int size = spis.isEmpty() ? 0 : spis.getFirst().size();
        for (Octets spi : spis) {
            Wire.requireSize(spi, 1, 255, "SPI");
            Wire.requireSize(spi, size, size, "SPI");
        }
        Wire.requireBody(4 + size * spis.size(), "D");
    }

    /// Deletes the IKE SA in which it is sent.
    public static Delete ikeSa() {
        return new Delete(ProtocolId.IKE, List.of());
    }

    /// Deletes Child SAs.
    ///
    /// @param inbound the sender's inbound SPIs
    public static Delete childSas(List<Spi> inbound) {
        return new Delete(ProtocolId.ESP, inbound.stream().map(Spi::toOctets).toList());
    }

    /// The SPIs of Child SAs to be deleted; none if this is not about ESP or the SPIs have not 4 octets.
    public List<Spi> espSpis() {
        return protocol.equals(ProtocolId.ESP)
                ? spis.stream().filter(spi -> spi.size() == ESP_SPI_OCTETS).map(Spi::of).toList()
                : List.of();
    }

    int spiOctets() {
        if (!spis.isEmpty()) {
            return spis.getFirst().size();
        }
        return protocol.equals(ProtocolId.IKE) ? 0 : ESP_SPI_OCTETS;
    }

    @Override
    public PayloadType type() {
        return PayloadType.DELETE;
    }
}
