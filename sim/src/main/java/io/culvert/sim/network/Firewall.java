package io.culvert.sim.network;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Stands between a host and the rest of the world and judges by the port at the far end.
public final class Firewall {
    private final Map<Protocol, Set<Integer>> ports = new EnumMap<>(Protocol.class);
    private final Set<Protocol> all = new HashSet<>();
    private final Map<Protocol, Set<Integer>> exceptions = new EnumMap<>(Protocol.class);
    private boolean rejects;

    /// Lets everything through.
    public Firewall() {
        open();
    }

    /// Lets everything through from now on.
    public void open() {
        all.clear();
        rejects = false;
        for (Protocol protocol : Protocol.values()) {
            ports.put(protocol, new HashSet<>());
            exceptions.put(protocol, new HashSet<>());
        }
    }

    /// Drops what goes to or comes from this port.
    public void block(Protocol protocol, int port) {
        ports.getOrDefault(protocol, Set.of()).add(port);
    }

    /// Drops a whole protocol.
    public void block(Protocol protocol) {
        all.add(protocol);
    }

    /// Lets this port through though its protocol is dropped.
    public void except(Protocol protocol, int port) {
        exceptions.getOrDefault(protocol, Set.of()).add(port);
    }

    /// Answers what it does not let through, where it would else be silent.
    public void reject() {
        rejects = true;
    }

    boolean isRejecting() {
        return rejects;
    }

    boolean blocks(Protocol protocol, int farPort) {
        boolean whole =
                all.contains(protocol)
                        && !exceptions.getOrDefault(protocol, Set.of()).contains(farPort);
        return whole || ports.getOrDefault(protocol, Set.of()).contains(farPort);
    }
}
