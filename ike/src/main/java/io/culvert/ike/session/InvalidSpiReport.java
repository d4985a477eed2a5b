package io.culvert.ike.session;

import io.culvert.ike.exchange.Informational;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Spi;
import java.util.List;
import java.util.Optional;

/// Tells the peer that it sends ESP by an SPI that nobody here knows.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-1.5 RFC 7296 section 1.5
final class InvalidSpiReport implements Undertaking {
    private final Spi unknown;

    InvalidSpiReport(Spi unknown) {
        this.unknown = unknown;
    }

    @Override
    public ExchangeType exchange() {
        return ExchangeType.INFORMATIONAL;
    }

    @Override
    public Optional<List<Payload>> request(MonoTime now) {
        return Optional.of(Informational.unknownSpi(unknown));
    }

    @Override
    public void answered(MonoTime now, List<Payload> response) {}
}
