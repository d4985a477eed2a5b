package io.culvert.ipsec.value;

/// The 32-bit security parameters index of an ESP SA, in the direction of its receiver, who chose it.
///
/// Values 0 to 255 are reserved and never allocated.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4303#section-2.1 RFC 4303 section 2.1
/// @param value the 32 bits
public record Spi(int value) {
    /// The lowest value that may be allocated.
    public static final int LOWEST = 256;

    /// Whether the value may be used by an SA, that is, whether it is not reserved.
    public boolean isAllocatable() {
        return Integer.compareUnsigned(value, LOWEST) >= 0;
    }

    /// The four octets on the wire.
    public Octets toOctets() {
        return new OctetsBuilder(4).u32(value).build();
    }

    /// Reads an SPI from exactly four octets.
    ///
    /// @throws IllegalArgumentException if there are not four
    public static Spi of(Octets octets) {
        if (octets.size() != 4) {
            throw new IllegalArgumentException("an ESP SPI has 4 octets, not " + octets.size());
        }
        return new Spi((int) octets.u32(0));
    }

    /// Eight hexadecimal digits.
    @Override
    public String toString() {
        return String.format("%08x", value);
    }
}
