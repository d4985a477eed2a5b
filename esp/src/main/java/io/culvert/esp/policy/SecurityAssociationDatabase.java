package io.culvert.esp.policy;

import io.culvert.ipsec.value.Spi;
import java.util.Optional;

/// Which SA an inbound packet belongs to, by its SPI: the SAD, as an immutable snapshot.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4301#section-4.4.2 RFC 4301 section 4.4.2
public final class SecurityAssociationDatabase<S> {
    private static final int SPI_BITS = 32;

    private final PrefixTrie<Optional<S>> sas;

    private SecurityAssociationDatabase(PrefixTrie<Optional<S>> sas) {
        this.sas = sas;
    }

    /// Knows no SA.
    public static <S> SecurityAssociationDatabase<S> empty() {
        return new SecurityAssociationDatabase<>(PrefixTrie.empty());
    }

    /// The SA with this SPI.
    ///
    /// @param spi the 32 bits
    public Optional<S> find(int spi) {
        Optional<S> found = sas.find((long) spi << 32, 0, this, (sa, _) -> sa);
        return found == null ? Optional.empty() : found;
    }

    /// The same SAs and this one, in place of another with this SPI.
    public SecurityAssociationDatabase<S> with(Spi spi, S sa) {
        return new SecurityAssociationDatabase<>(sas.with(key(spi), Optional.of(sa)));
    }

    /// The same SAs but for the one with this SPI.
    public SecurityAssociationDatabase<S> without(Spi spi) {
        return new SecurityAssociationDatabase<>(sas.without(key(spi)));
    }

    private static AddressPrefix key(Spi spi) {
        return new AddressPrefix((long) spi.value() << 32, 0, SPI_BITS);
    }
}
