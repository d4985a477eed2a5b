package io.culvert.ike.exchange;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.extension.ChildNegotiation;
import io.culvert.ike.extension.ChildNegotiation.Occasion;
import io.culvert.ike.extension.VirtualIps;
import io.culvert.ike.wire.Configuration;
import io.culvert.ike.wire.ConfigurationType;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.Role;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The Child SA that IKE_AUTH makes, and the addresses that come with it. Where IKE_AUTH takes several messages, the
/// first request asks for it, and the last response answers (IK-096).
final class FirstChild {
    static final VirtualIps.Assigned NO_ADDRESSES = new VirtualIps.Assigned(List.of(), List.of());

    private FirstChild() {}

    /// What an initiator asks for.
    static final class Wanted {
        private final AuthenticationContext context;
        private final ConnectionConfig connection;
        private final Optional<Spi> inbound;
        private List<TrafficSelector> offeredLocal = List.of();
        private List<TrafficSelector> offeredRemote = List.of();

        /// @param inbound our SPI; empty to do without a Child SA (RFC 6023)
        Wanted(AuthenticationContext context, ConnectionConfig connection, Optional<Spi> inbound) {
            this.context = context;
            this.connection = connection;
            this.inbound = inbound;
        }

        /// CP, SA, TSi and TSr. Without a Child SA only CP: the addresses belong to the IKE SA, and RFC 6023 does not
        /// leave them out. Responders that give them expect to be asked in IKE_AUTH, and nowhere else.
        List<Payload> request() {
            List<Payload> payloads = new ArrayList<>();
            List<InetAddress> localHosts = List.of(context.localAddress());
            if (!connection.virtualIps().isEmpty()) {
                // any address, as another may be assigned than was asked for; the responder narrows
                localHosts = connection.virtualIps().stream().map(FirstChild::any).toList();
                payloads.add(VirtualIps.request(connection.virtualIps()));
            }
            if (inbound.isEmpty()) {
                return payloads;
            }
            var child = connection.children().getFirst();
            offeredLocal =
                    ChildNegotiation.resolve(child.local(), localHosts).stream()
                            .map(FirstChild::widenAny)
                            .toList();
            offeredRemote =
                    ChildNegotiation.resolve(child.remote(), List.of(context.remoteAddress()));
            payloads.addAll(
                    ChildNegotiation.offer(
                            Occasion.IKE_AUTH, child, inbound.get(), offeredLocal, offeredRemote));
            return payloads;
        }

        /// The addresses that a response gives.
        VirtualIps.Assigned assigned(List<Payload> response) {
            return PayloadChain.first(response, Configuration.class)
                    .filter(c -> c.configurationType().equals(ConfigurationType.CFG_REPLY))
                    .map(VirtualIps::assigned)
                    .orElse(NO_ADDRESSES);
        }

        /// What a response made of the request; empty if nothing was asked for.
        Optional<ChildNegotiation.Result> result(List<Payload> response) {
            return inbound.map(spi ->
                    ChildNegotiation.accept(
                            Occasion.IKE_AUTH,
                            connection.children().getFirst(),
                            spi,
                            offeredLocal,
                            offeredRemote,
                            response));
        }
    }

    /// Whether a request asks for a Child SA.
    static boolean isWanted(List<Payload> request) {
        return PayloadChain.first(request, SecurityAssociation.class).isPresent()
                && PayloadChain.trafficSelectors(request, Role.INITIATOR).isPresent()
                && PayloadChain.trafficSelectors(request, Role.RESPONDER).isPresent();
    }

    /// The addresses that a request asks for.
    static List<InetAddress> wantedAddresses(List<Payload> request) {
        return PayloadChain.first(request, Configuration.class)
                .filter(c -> c.configurationType().equals(ConfigurationType.CFG_REQUEST))
                .map(VirtualIps::wanted)
                .orElse(List.of());
    }

    /// What a responder makes of a request; empty if nothing is asked for.
    ///
    /// @param noAddress why the peer gets no address, if it has to have one
    static Optional<ChildNegotiation.Result> choose(
            AuthenticationContext context,
            ConnectionConfig connection,
            Spi inbound,
            List<Payload> request,
            VirtualIps.Assigned assigned,
            Optional<SessionFailure> noAddress) {
        if (!isWanted(request)) {
            return Optional.empty();
        }
        if (connection.childless() == ConnectionConfig.Childless.FORCE) {
            return Optional.of(
                    new ChildNegotiation.Result.Refused(
                            Notify.of(NotifyType.NO_PROPOSAL_CHOSEN),
                            new SessionFailure.LocalProblem(
                                    "the peer wants a Child SA in IKE_AUTH, and `childless` is \"force\"",
                                    "set `childless` to \"prefer\", or make the peer do without")));
        }
        if (noAddress.isPresent()) {
            return Optional.of(
                    new ChildNegotiation.Result.Refused(
                            Notify.of(NotifyType.INTERNAL_ADDRESS_FAILURE), noAddress.get()));
        }
        List<InetAddress> remoteHosts =
                assigned.addresses().isEmpty()
                        ? List.of(context.remoteAddress())
                        : assigned.addresses();
        var hosts = new ChildNegotiation.Hosts(List.of(context.localAddress()), remoteHosts);
        return Optional.of(
                ChildNegotiation.choose(
                        Occasion.IKE_AUTH, connection.children(), inbound, hosts, request));
    }

    /// What a responder answers with. Addresses are given where the Child SA is agreed on, or left for later.
    ///
    /// @param noAddress why the peer gets no address, if it has to have one
    static List<Payload> response(
            Optional<ChildNegotiation.Result> child,
            VirtualIps.Assigned assigned,
            Optional<SessionFailure> noAddress) {
        List<Payload> payloads = new ArrayList<>();
        if (child.isPresent()
                && child.get() instanceof ChildNegotiation.Result.Refused(Notify notify, var _)) {
            payloads.add(notify);
            return payloads;
        }
        if (noAddress.isPresent()) {
            payloads.add(Notify.of(NotifyType.INTERNAL_ADDRESS_FAILURE));
        }
        if (!assigned.addresses().isEmpty()) {
            payloads.add(VirtualIps.reply(assigned));
        }
        if (child.isPresent()
                && child.get()
                        instanceof ChildNegotiation.Result.Agreed(var _, List<Payload> agreed)) {
            payloads.addAll(agreed);
        }
        return payloads;
    }

    /// A `dynamic` selector without an address yet asks for any: the responder narrows it to what it assigns.
    private static InetAddress any(InetAddress sameFamily) {
        return IpPrefix.parseAddress(sameFamily instanceof Inet4Address ? "0.0.0.0" : "::");
    }

    private static TrafficSelector widenAny(TrafficSelector selector) {
        if (!selector.startAddress().isAnyLocalAddress()
                || !selector.endAddress().isAnyLocalAddress()) {
            return selector;
        }
        var all = new IpPrefix(selector.startAddress(), 0);
        return new TrafficSelector(
                selector.protocol(),
                selector.startPort(),
                selector.endPort(),
                all.base(),
                all.last());
    }
}
