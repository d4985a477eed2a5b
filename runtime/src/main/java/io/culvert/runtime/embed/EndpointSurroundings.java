package io.culvert.runtime.embed;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.RevealedKeys;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.runtime.actor.Surroundings;
import io.culvert.runtime.actor.TicketWallet;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/// What an endpoint does for its sessions.
final class EndpointSurroundings implements Surroundings {
    private static final System.Logger LOG = System.getLogger(IkeEndpoint.class.getName());

    private final EndpointSettings settings;
    private final AddressPools pools;
    private final EapConversations eap;
    private final AtomicReference<BiConsumer<Long, Action.Reauthenticate>> reauthentication =
            new AtomicReference<>((_, _) -> {});
    private final ConcurrentHashMap<Long, SessionHandle> handles = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, String> answered = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, List<InetAddress>> assigned = new ConcurrentHashMap<>();

    EndpointSurroundings(EndpointSettings settings) {
        this.settings = settings;
        pools = new AddressPools(settings.pools());
        eap = new EapConversations(settings.eap());
    }

    /// Who starts sessions that authenticate anew.
    void reauthenticateBy(BiConsumer<Long, Action.Reauthenticate> starter) {
        reauthentication.set(starter);
    }

    void started(SessionHandle handle) {
        handles.put(handle.id(), handle);
    }

    /// The sessions that we started for a connection.
    List<SessionHandle> startedFor(String connection) {
        return handles.values().stream()
                .filter(h -> h.connection().equals(connection) && !h.isClosed())
                .toList();
    }

    int eapConversations() {
        return eap.count();
    }

    int leasedAddresses() {
        return pools.leased();
    }

    @Override
    public Answer answer(long session, Question question) {
        return switch (question) {
            case Question.ValidateCertificate certificate ->
                    settings.certificates().apply(certificate);
            case Question.LeaseAddresses lease -> pools.lease(session, lease);
            case Question.ContinueEap packet -> eap.continued(session, packet);
        };
    }

    @Override
    public void assign(long session, Action.AssignAddresses addresses) {
        assigned.computeIfAbsent(session, _ -> new CopyOnWriteArrayList<>())
                .addAll(addresses.addresses());
        try {
            settings.addresses().assign(session, addresses.addresses(), addresses.dns());
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "using the assigned addresses "
                            + addresses.addresses()
                            + " failed: "
                            + e.getMessage());
        }
    }

    @Override
    public Set<InetAddress> assigned() {
        return assigned.values().stream().flatMap(List::stream).collect(Collectors.toSet());
    }

    @Override
    public void release(long session, List<InetAddress> addresses) {
        List<InetAddress> ours = pools.release(session, addresses);
        List<InetAddress> inUse = assigned.get(session);
        if (inUse != null) {
            inUse.removeAll(ours);
        }
        unassign(session, ours);
    }

    @Override
    public void reauthenticate(long session, Action.Reauthenticate again) {
        reauthentication.get().accept(session, again);
    }

    @Override
    public TicketWallet tickets() {
        return settings.tickets();
    }

    @Override
    public void published(long session, MonoTime when, IkeEvent event) {
        Optional<SessionHandle> handle = Optional.ofNullable(handles.get(session));
        if (handle.isEmpty() && event instanceof IkeEvent.IkeSaEstablished(var status)) {
            status.connection().ifPresent(name -> answered.put(session, name));
        }
        Optional<String> connection =
                handle.map(SessionHandle::connection)
                        .or(() -> Optional.ofNullable(answered.get(session)));
        if (event instanceof IkeEvent.IkeSaClosed) {
            // who hears of it and starts another one at once must not find this one
            handle.ifPresent(SessionHandle::close);
        }
        try {
            settings.listener()
                    .happened(
                            new SessionEvent(session, connection, handle.isPresent(), when, event));
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a listener failed", e);
        }
        handle.ifPresent(h -> h.happened(event));
    }

    @Override
    public void revealed(long session, RevealedKeys keys) {
        settings.keyLog().accept(keys);
    }

    @Override
    public void over(long session) {
        pools.releaseAll(session);
        eap.over(session);
        answered.remove(session);
        List<InetAddress> left = assigned.remove(session);
        if (left != null && !left.isEmpty()) {
            unassign(session, left);
        }
        SessionHandle handle = handles.remove(session);
        if (handle != null) {
            handle.over();
        }
    }

    private void unassign(long session, List<InetAddress> addresses) {
        if (addresses.isEmpty()) {
            return;
        }
        try {
            settings.addresses().release(session, addresses);
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "giving back the addresses " + addresses + " failed: " + e.getMessage());
        }
    }
}
