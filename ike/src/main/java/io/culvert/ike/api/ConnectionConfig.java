package io.culvert.ike.api;

import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.PostQuantumPsks;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ipsec.value.IpPrefix;
import java.net.InetAddress;
import java.util.List;

/// A connection as configured: whom to talk to, how, and what for. Either side may start it.
///
/// @param name unique in the configuration
/// @param localAddresses our addresses that it may use; empty for any
/// @param remoteAddresses where peers that call us may come from; empty for anywhere
/// @param transports the transports when we start
/// @param proposals what we would accept for the IKE SA, best first
/// @param local how we prove who we are
/// @param remote how the peer proves who it is
/// @param virtualIps addresses to ask for; `0.0.0.0` or `::` asks for any
/// @param pools names of the pools from which a peer that asks gets an address
/// @param children the Child SAs; the first is set up with the IKE SA
/// @param uniqueness what happens to older IKE SAs with the same identities
/// @param childless whether IKE_AUTH makes a Child SA (RFC 6023)
/// @param mobike whether its IKE SA may move to other addresses (RFC 4555)
/// @param natsAllowed whether the addresses of packets may change on the way; if not, MOBIKE has the peer look for it
///     (NO_NATS_ALLOWED), and ESP that comes from elsewhere is not followed
/// @param limits lifetime and windows of the IKE SA
/// @param timers times
/// @param ppks post-quantum pre-shared keys (RFC 8784)
public record ConnectionConfig(
        String name,
        List<IpPrefix> localAddresses,
        List<IpPrefix> remoteAddresses,
        TransportOrder transports,
        List<IkeProposal> proposals,
        LocalAuthentication local,
        RemoteAuthentication remote,
        List<InetAddress> virtualIps,
        List<String> pools,
        List<ChildConfig> children,
        Uniqueness uniqueness,
        Childless childless,
        boolean mobike,
        boolean natsAllowed,
        IkeSaLimits limits,
        ConnectionTimers timers,
        PostQuantumPsks ppks) {
    /// What happens to older IKE SAs with the same authenticated identities.
    public enum Uniqueness {
        /// They go when the peer says INITIAL_CONTACT.
        INITIAL_CONTACT,
        /// They go whenever a new one comes.
        REPLACE,
        /// They stay.
        KEEP
    }

    /// Whether IKE_AUTH makes a Child SA. The words are strongSwan's.
    public enum Childless {
        /// As a responder, as the peer wants; as an initiator it does.
        ALLOW,
        /// As a responder, as the peer wants; as an initiator not if the peer can do without.
        PREFER,
        /// It does not.
        FORCE,
        /// As a responder it does; as an initiator as with [#ALLOW].
        NEVER
    }

    /// With one transport.
    public ConnectionConfig(
            String name,
            List<IpPrefix> localAddresses,
            List<IpPrefix> remoteAddresses,
            TransportChoice transport,
            List<IkeProposal> proposals,
            LocalAuthentication local,
            RemoteAuthentication remote,
            List<InetAddress> virtualIps,
            List<String> pools,
            List<ChildConfig> children,
            Uniqueness uniqueness,
            Childless childless,
            boolean mobike,
            boolean natsAllowed,
            IkeSaLimits limits,
            ConnectionTimers timers) {
        this(
                name,
                localAddresses,
                remoteAddresses,
                TransportOrder.of(transport),
                proposals,
                local,
                remote,
                virtualIps,
                pools,
                children,
                uniqueness,
                childless,
                mobike,
                natsAllowed,
                limits,
                timers,
                PostQuantumPsks.NONE);
    }

    /// With one transport, with [Childless#ALLOW], and NATs allowed.
    public ConnectionConfig(
            String name,
            List<IpPrefix> localAddresses,
            List<IpPrefix> remoteAddresses,
            TransportChoice transport,
            List<IkeProposal> proposals,
            LocalAuthentication local,
            RemoteAuthentication remote,
            List<InetAddress> virtualIps,
            List<String> pools,
            List<ChildConfig> children,
            Uniqueness uniqueness,
            boolean mobike,
            IkeSaLimits limits,
            ConnectionTimers timers) {
        this(
                name,
                localAddresses,
                remoteAddresses,
                TransportOrder.of(transport),
                proposals,
                local,
                remote,
                virtualIps,
                pools,
                children,
                uniqueness,
                Childless.ALLOW,
                mobike,
                true,
                limits,
                timers,
                PostQuantumPsks.NONE);
    }

    /// Copies the lists.
    public ConnectionConfig {
        localAddresses = List.copyOf(localAddresses);
        remoteAddresses = List.copyOf(remoteAddresses);
        proposals = List.copyOf(proposals);
        virtualIps = List.copyOf(virtualIps);
        pools = List.copyOf(pools);
        children = List.copyOf(children);
    }

    /// The same for a session that authenticates anew beside an older one: it asks for the addresses that the older one
    /// has, and does not say that it is the only one.
    public ConnectionConfig again(List<InetAddress> addresses) {
        return new ConnectionConfig(
                name,
                localAddresses,
                remoteAddresses,
                transports,
                proposals,
                local,
                remote,
                addresses.isEmpty() ? virtualIps : addresses,
                pools,
                children,
                Uniqueness.KEEP,
                childless,
                mobike,
                natsAllowed,
                limits,
                timers,
                ppks);
    }

    /// The same by these transports.
    public ConnectionConfig over(TransportOrder others) {
        return new ConnectionConfig(
                name,
                localAddresses,
                remoteAddresses,
                others,
                proposals,
                local,
                remote,
                virtualIps,
                pools,
                children,
                uniqueness,
                childless,
                mobike,
                natsAllowed,
                limits,
                timers,
                ppks);
    }

    /// The same with these post-quantum pre-shared keys.
    public ConnectionConfig with(PostQuantumPsks others) {
        return new ConnectionConfig(
                name,
                localAddresses,
                remoteAddresses,
                transports,
                proposals,
                local,
                remote,
                virtualIps,
                pools,
                children,
                uniqueness,
                childless,
                mobike,
                natsAllowed,
                limits,
                timers,
                others);
    }

    /// The same for the resumption of an IKE SA: both sides prove by its keys that they are who they were. What PPKs
    /// have added is in those keys.
    ///
    /// @param us who we were
    /// @param peer who the peer was
    public ConnectionConfig resumed(Identity us, Identity peer) {
        return new ConnectionConfig(
                name,
                localAddresses,
                remoteAddresses,
                transports,
                proposals,
                new LocalAuthentication.Resumed(us),
                new RemoteAuthentication.Resumed(peer),
                virtualIps,
                pools,
                children,
                uniqueness,
                childless,
                mobike,
                natsAllowed,
                limits,
                timers,
                PostQuantumPsks.NONE);
    }

    /// The transport of a session that uses one alone: the preferred one.
    public TransportChoice transport() {
        return transports.first();
    }

    /// Whether a peer at `remoteAddress` that called `localAddress` may use it.
    public boolean admits(InetAddress localAddress, InetAddress remoteAddress) {
        return within(localAddresses, localAddress) && within(remoteAddresses, remoteAddress);
    }

    private static boolean within(List<IpPrefix> prefixes, InetAddress address) {
        return prefixes.isEmpty() || prefixes.stream().anyMatch(p -> p.contains(address));
    }
}
