package io.culvert.ike.session;

import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Tells the original initiator when it has to authenticate anew.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4478#section-2 RFC 4478 section 2
final class LifetimeNotice implements Undertaking {
    private final Duration time;

    LifetimeNotice(Duration time) {
        this.time = time;
    }

    @Override
    public ExchangeType exchange() {
        return ExchangeType.INFORMATIONAL;
    }

    @Override
    public Optional<List<Payload>> request(MonoTime now) {
        return Optional.of(List.of(new Notification.AuthLifetime(time.toSeconds()).toNotify()));
    }

    @Override
    public void answered(MonoTime now, List<Payload> response) {}
}
