package io.culvert.sim.endpoint;

import io.culvert.esp.engine.InboundSa;
import io.culvert.esp.engine.OutboundSa;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspRoute;

/// A Child SA in a [SimulatedDataPlane].
final class Installed {
    final ChildSaSpec spec;
    final InboundSa inbound;
    final OutboundSa outbound;
    EspRoute route;
    boolean awaitsFirst;
    long sent;
    long received;
    boolean softTold;
    boolean hardTold;

    Installed(ChildSaSpec spec, InboundSa inbound, OutboundSa outbound) {
        this.spec = spec;
        this.inbound = inbound;
        this.outbound = outbound;
        this.route = spec.route();
    }

    void close() {
        inbound.close();
        outbound.close();
    }
}
