package io.culvert.runtime.embed;

import io.culvert.ike.api.Answer;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.RevealedKeys;
import io.culvert.ike.eap.EapBackend;
import io.culvert.runtime.actor.SessionFactory;
import io.culvert.runtime.actor.TicketWallet;
import io.culvert.runtime.actor.TicketsInMemory;
import io.culvert.runtime.net.HostNetwork;
import io.culvert.runtime.net.Limits;
import io.culvert.runtime.net.ListenSettings;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/// All that an endpoint is made of. Start with [#of] and replace what differs.
///
/// @param listen where it listens
/// @param limits its bounds
/// @param connections whom it answers
/// @param pools addresses for peers
/// @param sessions makes sessions, once the ports are known
/// @param dataPlane makes the data plane
/// @param addresses uses addresses that peers assign to us
/// @param certificates decides about certificates; may take its time
/// @param eap who holds EAP conversations, by the names that connections use
/// @param listener hears what happens
/// @param host what the system tells of its network
/// @param keyLog takes keys, where sessions reveal them
/// @param tickets holds tickets to resume IKE SAs by
public record EndpointSettings(
        ListenSettings listen,
        Limits limits,
        List<ConnectionConfig> connections,
        List<AddressPool> pools,
        Function<BoundPorts, SessionFactory> sessions,
        DataPlaneFactory dataPlane,
        AddressAssigner addresses,
        Function<Question.ValidateCertificate, Answer> certificates,
        Map<String, EapBackend> eap,
        EndpointListener listener,
        HostNetwork host,
        Consumer<RevealedKeys> keyLog,
        TicketWallet tickets) {
    /// Copies the lists.
    public EndpointSettings {
        connections = List.copyOf(connections);
        pools = List.copyOf(pools);
        eap = Map.copyOf(eap);
    }

    /// An endpoint that knows nobody, has no pools, trusts no certificate, speaks no EAP, and tells nobody.
    public static EndpointSettings of(
            ListenSettings listen,
            Function<BoundPorts, SessionFactory> sessions,
            DataPlaneFactory dataPlane) {
        return new EndpointSettings(
                listen,
                Limits.DEFAULT,
                List.of(),
                List.of(),
                sessions,
                dataPlane,
                AddressAssigner.NONE,
                _ -> new Answer.CertificateRefused("certificates are not supported here"),
                Map.of(),
                _ -> {},
                HostNetwork.POLLED,
                _ -> {},
                new TicketsInMemory(Clock.systemUTC()));
    }

    /// These settings with other bounds.
    public EndpointSettings withLimits(Limits other) {
        return new EndpointSettings(
                listen,
                other,
                connections,
                pools,
                sessions,
                dataPlane,
                addresses,
                certificates,
                eap,
                listener,
                host,
                keyLog,
                tickets);
    }

    /// These settings, answering these connections with addresses of these pools.
    public EndpointSettings answering(List<ConnectionConfig> whom, List<AddressPool> fromPools) {
        return new EndpointSettings(
                listen,
                limits,
                whom,
                fromPools,
                sessions,
                dataPlane,
                addresses,
                certificates,
                eap,
                listener,
                host,
                keyLog,
                tickets);
    }

    /// These settings with another use of addresses that peers assign to us.
    public EndpointSettings assigning(AddressAssigner other) {
        return new EndpointSettings(
                listen,
                limits,
                connections,
                pools,
                sessions,
                dataPlane,
                other,
                certificates,
                eap,
                listener,
                host,
                keyLog,
                tickets);
    }

    /// These settings with another judge of certificates.
    public EndpointSettings trusting(Function<Question.ValidateCertificate, Answer> judge) {
        return new EndpointSettings(
                listen,
                limits,
                connections,
                pools,
                sessions,
                dataPlane,
                addresses,
                judge,
                eap,
                listener,
                host,
                keyLog,
                tickets);
    }

    /// These settings with others who hold EAP conversations.
    ///
    /// @param backends by the names that connections use
    public EndpointSettings conversingBy(Map<String, EapBackend> backends) {
        return new EndpointSettings(
                listen,
                limits,
                connections,
                pools,
                sessions,
                dataPlane,
                addresses,
                certificates,
                backends,
                listener,
                host,
                keyLog,
                tickets);
    }

    /// These settings with somebody who hears what happens.
    public EndpointSettings telling(EndpointListener whom) {
        return new EndpointSettings(
                listen,
                limits,
                connections,
                pools,
                sessions,
                dataPlane,
                addresses,
                certificates,
                eap,
                whom,
                host,
                keyLog,
                tickets);
    }

    /// These settings on a host whose network can be watched in another way.
    public EndpointSettings on(HostNetwork other) {
        return new EndpointSettings(
                listen,
                limits,
                connections,
                pools,
                sessions,
                dataPlane,
                addresses,
                certificates,
                eap,
                listener,
                other,
                keyLog,
                tickets);
    }

    /// These settings with a key log.
    public EndpointSettings revealingTo(Consumer<RevealedKeys> log) {
        return new EndpointSettings(
                listen,
                limits,
                connections,
                pools,
                sessions,
                dataPlane,
                addresses,
                certificates,
                eap,
                listener,
                host,
                log,
                tickets);
    }

    /// These settings with another holder of tickets.
    public EndpointSettings holdingTicketsIn(TicketWallet wallet) {
        return new EndpointSettings(
                listen,
                limits,
                connections,
                pools,
                sessions,
                dataPlane,
                addresses,
                certificates,
                eap,
                listener,
                host,
                keyLog,
                wallet);
    }
}
