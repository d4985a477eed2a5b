package io.culvert.ike.session;

import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.SessionStatus.ChildSaStatus;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Spi;
import java.util.Optional;

/// A Child SA that is installed. Its keys are the data plane's alone.
final class ChildSa {
    private final ChildConfig config;
    private ChildSaStatus status;
    private Optional<MonoTime> rekeyAt;
    private Optional<ChildSa> successor = Optional.empty();
    private boolean closing;

    ChildSa(ChildConfig config, ChildSaStatus status) {
        this.config = config;
        this.status = status;
        this.rekeyAt = status.rekeyAt();
    }

    static ChildSaStatus status(
            String name,
            ChildSaSpec spec,
            MonoTime establishedAt,
            Optional<MonoTime> rekeyAt,
            Optional<MonoTime> expiresAt) {
        return new ChildSaStatus(
                name,
                spec.id(),
                spec.inboundSpi(),
                spec.outboundSpi(),
                spec.transform(),
                spec.local(),
                spec.remote(),
                spec.route(),
                establishedAt,
                rekeyAt,
                expiresAt);
    }

    ChildConfig config() {
        return config;
    }

    String name() {
        return status.name();
    }

    ChildSaId id() {
        return status.id();
    }

    Spi inbound() {
        return status.inboundSpi();
    }

    Spi outbound() {
        return status.outboundSpi();
    }

    EspRoute route() {
        return status.route();
    }

    void route(EspRoute route) {
        status =
                new ChildSaStatus(
                        status.name(),
                        status.id(),
                        status.inboundSpi(),
                        status.outboundSpi(),
                        status.transform(),
                        status.local(),
                        status.remote(),
                        route,
                        status.establishedAt(),
                        status.rekeyAt(),
                        status.expiresAt());
    }

    ChildSaStatus status() {
        return status;
    }

    /// When something has to be done about its age.
    Optional<MonoTime> deadline() {
        return rekeyAt.isPresent() ? rekeyAt : status.expiresAt();
    }

    /// When it is to be rekeyed, unless that has begun.
    Optional<MonoTime> rekeyAt() {
        return rekeyAt;
    }

    /// It has to be rekeyed at another time.
    void rekeyAt(MonoTime when) {
        rekeyAt = Optional.of(when);
    }

    /// Its rekeying has begun, or is no longer needed.
    void noRekeying() {
        rekeyAt = Optional.empty();
    }

    /// The Child SA that has taken its place.
    Optional<ChildSa> successor() {
        return successor;
    }

    void replacedBy(ChildSa next) {
        successor = Optional.of(next);
        noRekeying();
    }

    /// Whether we are about to delete it.
    boolean isClosing() {
        return closing;
    }

    void markClosing() {
        closing = true;
        noRekeying();
    }
}
