package io.culvert.sim.endpoint;

import io.culvert.ike.api.Session;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Spi;
import io.culvert.sim.network.Agenda;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/// A session that lives in an [Endpoint], with what it holds there.
public final class Resident {
    private final long number;
    private final Session session;
    private final boolean initiator;

    final Set<IkeSpi> bound = new LinkedHashSet<>();
    final Set<IkeSpi> halfOpen = new LinkedHashSet<>();
    final Set<Spi> reserved = new LinkedHashSet<>();
    final Set<ChildSaId> children = new LinkedHashSet<>();
    final Set<InetAddress> leased = new LinkedHashSet<>();
    final Set<InetAddress> assigned = new LinkedHashSet<>();
    final Set<TransportPath.Tcp> connections = new LinkedHashSet<>();
    Optional<Identity> local = Optional.empty();
    Optional<Identity> remote = Optional.empty();
    Optional<Agenda.Entry> alarm = Optional.empty();

    Resident(long number, Session session, boolean initiator) {
        this.number = number;
        this.session = session;
        this.initiator = initiator;
    }

    /// Its number, unique in its endpoint.
    public long number() {
        return number;
    }

    /// The session.
    public Session session() {
        return session;
    }

    /// Whether it called, rather than was called.
    public boolean isInitiator() {
        return initiator;
    }

    /// Whether it is established.
    public boolean isEstablished() {
        return session.status().state().equals("Established");
    }

    /// Whether it is established and has a Child SA.
    public boolean hasTunnel() {
        return isEstablished() && !session.status().children().isEmpty();
    }

    /// How many IKE SAs it has, old ones that are kept for a while included.
    public int ikeSas() {
        return bound.size();
    }

    /// The addresses that the peer assigned to us.
    public Set<InetAddress> assigned() {
        return Set.copyOf(assigned);
    }

    /// The addresses that we leased to the peer.
    public Set<InetAddress> leased() {
        return Set.copyOf(leased);
    }

    /// Who the peer is, once known.
    public Optional<Identity> remote() {
        return remote;
    }

    /// What it holds, in words; empty if nothing.
    String holdings() {
        StringBuilder text = new StringBuilder();
        add(text, "IKE SPIs", bound);
        add(text, "half-open SPIs", halfOpen);
        add(text, "ESP SPIs", reserved);
        add(text, "Child SAs", children);
        add(text, "leased addresses", leased);
        add(text, "assigned addresses", assigned);
        return text.toString();
    }

    private static void add(StringBuilder text, String what, Set<?> held) {
        if (!held.isEmpty()) {
            text.append(what).append(' ').append(held).append("; ");
        }
    }

    @Override
    public String toString() {
        return "session " + number;
    }
}
