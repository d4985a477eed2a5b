package io.culvert.ike.session;

import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.HeldTicket;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.Session;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportChoice.IkeTcpPolicy;
import io.culvert.ike.eap.EapStep;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.value.IpPrefix;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The usual pairs: one road warrior, one gateway, one of the transports.
final class Pairs {
    static final InetAddress LEASED = IpPrefix.parseAddress("10.9.0.7");

    /// The transports, as a test chooses among them.
    enum Way {
        UDP,
        IKE_TCP,
        TCP_ENCAPSULATION;

        TransportChoice choice() {
            return switch (this) {
                case UDP -> new TransportChoice.Udp();
                case IKE_TCP -> new TransportChoice.IkeTcp(IkeTcpPolicy.ALWAYS, 1232);
                case TCP_ENCAPSULATION -> new TransportChoice.TcpEncapsulation();
            };
        }
    }

    static final Input ABANDONING = new Input.Commanded(new Command.Abandon("resumed"));

    private Pairs() {}

    static Pair of(Way way) {
        return of(way, 1);
    }

    /// A pair whose randomness is a function of `seed`.
    static Pair of(Way way, long seed) {
        return of(way, seed, HalfOpenAdmission.Limits.DEFAULT);
    }

    static Pair of(Way way, HalfOpenAdmission.Limits limits) {
        return of(way, 1, limits);
    }

    static Pair of(Way way, long seed, HalfOpenAdmission.Limits limits) {
        return of(
                revealing(Configs.context(2 * seed, "secret", OptionalInt.empty())),
                Configs.client(way.choice(), Configs.X25519),
                revealing(Configs.context(2 * seed + 1, "secret", OptionalInt.of(500))),
                Configs.gateway(Configs.X25519),
                limits);
    }

    static Pair of(ConnectionConfig client, ConnectionConfig gateway) {
        return of(
                revealing(Configs.context(1, "secret", OptionalInt.empty())),
                client,
                revealing(Configs.context(2, "secret", OptionalInt.of(500))),
                gateway,
                HalfOpenAdmission.Limits.DEFAULT);
    }

    static Pair of(
            SessionContext clientContext,
            ConnectionConfig client,
            SessionContext gatewayContext,
            ConnectionConfig gateway,
            HalfOpenAdmission.Limits limits) {
        Pair pair = new Pair(clientContext, client, gatewayContext, List.of(gateway), limits);
        pair.gateway.answers = question -> Optional.of(lease(question));
        return pair;
    }

    static Answer lease(Question question) {
        return switch (question) {
            case Question.LeaseAddresses _ ->
                    new Answer.AddressesLeased(
                            List.of(LEASED), List.of(IpPrefix.parseAddress("10.9.0.1")));
            case Question.ValidateCertificate _ ->
                    new Answer.CertificateRefused("no certificates here");
            case Question.ContinueEap _ ->
                    new Answer.EapContinued(new EapStep.Failed("no EAP here"));
        };
    }

    /// A session by one transport, or one that tries several.
    static Session initiator(SessionContext context, ConnectionConfig config) {
        return config.transports().choices().size() > 1
                ? new Attempts(context, config)
                : IkeSession.initiator(context, config);
    }

    /// The only Child SA of an end.
    static ChildSaSpec onlyChild(Pair.End end) {
        if (end.children.size() != 1) {
            throw new AssertionError("not one Child SA but " + end.children.values());
        }
        return end.children.values().iterator().next();
    }

    /// Both ends are to have one Child SA, and the same keys crosswise.
    static void assertKeysFit(Pair pair) {
        ChildSaSpec ours = onlyChild(pair.client);
        ChildSaSpec theirs = onlyChild(pair.gateway);
        boolean fit =
                ours.inboundKeys().equals(theirs.outboundKeys())
                        && ours.outboundKeys().equals(theirs.inboundKeys())
                        && ours.inboundSpi().equals(theirs.outboundSpi())
                        && ours.outboundSpi().equals(theirs.inboundSpi());
        if (!fit) {
            throw new AssertionError("the keys do not fit: " + ours + " and " + theirs);
        }
    }

    /// The UDP path between two equal ports.
    static TransportPath.Udp udpTo(Pair.End to, int port) {
        var client = new InetSocketAddress(Pair.CLIENT, port);
        var gateway = new InetSocketAddress(Pair.GATEWAY, port);
        return to.isClient
                ? new TransportPath.Udp(client, gateway, port == 4500)
                : new TransportPath.Udp(gateway, client, port == 4500);
    }

    static SessionContext revealing(SessionContext context) {
        return new SessionContext(
                context.crypto(),
                context.random(),
                context.sharedKeys(),
                true,
                context.ikeTcpPort(),
                context.natTraversalPort());
    }

    /// The first input of an initiator.
    static Command beginning(Optional<HeldTicket> ticket) {
        var endpoints = new Endpoints(Pair.CLIENT, 500, 4500, Pair.GATEWAY, 500, 4500, 500, 4500);
        return new Command.Initiate(List.of(endpoints), Optional.empty(), ticket);
    }

    /// The path as the other end sees it.
    static TransportPath.Tcp mirrored(TransportPath.Tcp of) {
        return new TransportPath.Tcp(
                of.connection(),
                of.framing(),
                !of.weOpened(),
                /* local= */ of.remote(),
                /* remote= */ of.local());
    }
}
