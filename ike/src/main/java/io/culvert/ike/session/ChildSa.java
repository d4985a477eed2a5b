package io.culvert.ike.session;

import io.culvert.ike.api.SessionStatus.ChildSaStatus;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Spi;

/// A Child SA that is installed. Its keys are the data plane's alone.
final class ChildSa {
    private ChildSaStatus status;

    ChildSa(String name, ChildSaSpec spec, MonoTime establishedAt) {
        status =
                new ChildSaStatus(
                        name,
                        spec.id(),
                        spec.inboundSpi(),
                        spec.outboundSpi(),
                        spec.transform(),
                        spec.local(),
                        spec.remote(),
                        spec.route(),
                        establishedAt);
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
                        status.establishedAt());
    }

    ChildSaStatus status() {
        return status;
    }
}
