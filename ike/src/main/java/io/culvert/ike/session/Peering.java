package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.exchange.AuthenticationStep.Authenticated;
import io.culvert.ike.exchange.InitialKeys;
import io.culvert.ike.exchange.ParentSa;
import io.culvert.ike.extension.ChildNegotiation;
import io.culvert.ike.extension.Fragmentation;
import io.culvert.ike.keys.ChildKeys;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a session holds, and the steps that all its stages share. Only [IkeSession] and its stages touch it.
final class Peering {
    private final SessionContext context;
    private final Outbox outbox = new Outbox();
    private final TimerTable timers = new TimerTable();
    private final Courier courier;
    private final ChildSas children;
    private final Agenda agenda = new Agenda(this);
    private final List<InetAddress> virtualIps = new ArrayList<>(0);
    private final IkeSas sas;
    private final Lifetimes lifetimes = new Lifetimes(this);
    private final Retirement retirement = new Retirement(this);
    private final Mobility mobility = new Mobility(this);
    private final Followups followups = new Followups(this);
    private final Tickets tickets = new Tickets(this);
    private Optional<ConnectionConfig> connection = Optional.empty();
    private Optional<Identity> authenticated = Optional.empty();
    private Optional<String> eapIdentity = Optional.empty();
    private Optional<MonoTime> establishedAt = Optional.empty();
    private Optional<TransportPath> latestPath = Optional.empty();
    private MonoTime transportSince = MonoTime.ZERO;
    private MonoTime lastHeard = MonoTime.ZERO;
    private IkeSpi ours;
    private boolean weStarted;
    private boolean halfOpen;
    private boolean over;
    private int questions;

    Peering(SessionContext context, IkeSpi ours) {
        this.context = context;
        this.ours = ours;
        this.courier = new Courier(outbox, timers, context.random());
        this.children = new ChildSas(context, outbox, timers);
        this.sas = new IkeSas(context, outbox);
    }

    SessionContext context() {
        return context;
    }

    Outbox outbox() {
        return outbox;
    }

    TimerTable timers() {
        return timers;
    }

    Courier courier() {
        return courier;
    }

    ChildSas children() {
        return children;
    }

    Agenda agenda() {
        return agenda;
    }

    List<InetAddress> virtualIps() {
        return virtualIps;
    }

    Optional<ConnectionConfig> connection() {
        return connection;
    }

    void connection(ConnectionConfig chosen) {
        connection = Optional.of(chosen);
        courier.schedule().use(chosen.timers());
        ways().agreedOn(chosen);
    }

    /// The ways to the peer.
    Ways ways() {
        return courier.ways();
    }

    Mobility mobility() {
        return mobility;
    }

    IkeSas sas() {
        return sas;
    }

    Followups followups() {
        return followups;
    }

    /// The tickets to resume the IKE SA by.
    Tickets tickets() {
        return tickets;
    }

    Lifetimes lifetimes() {
        return lifetimes;
    }

    Retirement retirement() {
        return retirement;
    }

    Optional<IkeSa> sa() {
        return sas.current();
    }

    /// The current IKE SA, in stages that cannot be without one.
    IkeSa theSa() {
        return sas.current().orElseThrow();
    }

    /// Whom the peer has proved to be.
    Optional<Identity> authenticated() {
        return authenticated;
    }

    Optional<MonoTime> establishedAt() {
        return establishedAt;
    }

    Optional<TransportPath> latestPath() {
        return latestPath;
    }

    MonoTime transportSince() {
        return transportSince;
    }

    MonoTime lastHeard() {
        return lastHeard;
    }

    boolean isOver() {
        return over;
    }

    IkeSpi ours() {
        return ours;
    }

    /// Takes our SPI into use, in place of an earlier attempt's.
    void bind(IkeSpi spi) {
        ours = spi;
        sas.bind(spi);
    }

    /// A fresh SPI that no stream can be mistaken by (IT-084).
    static IkeSpi freshSpi(SessionContext context) {
        while (true) {
            IkeSpi candidate = new IkeSpi(context.random().nextLong());
            if (candidate.isUnambiguousOnStream()) {
                return candidate;
            }
        }
    }

    void reserved(List<Spi> spis) {
        if (over) {
            outbox.add(new Action.ReleaseSpis(spis));
        } else {
            children.reserved(spis);
        }
    }

    Optional<Spi> takeSpi() {
        return children.takeSpi();
    }

    void giveBack(Spi spi) {
        children.giveBack(spi);
    }

    /// Takes addresses that were leased for the peer. They are given back at the end, whatever becomes of the peer.
    void leased(List<InetAddress> addresses) {
        if (over) {
            outbox.add(new Action.ReleaseAddresses(addresses));
        } else {
            virtualIps.addAll(addresses);
        }
    }

    /// From now on the session counts as half open, until the peer is authenticated or the session ends.
    void becameHalfOpen() {
        halfOpen = true;
    }

    private void noLongerHalfOpen(boolean established) {
        if (halfOpen) {
            halfOpen = false;
            outbox.add(new Action.HandshakeEnded(ours, established));
        }
    }

    int ask(io.culvert.ike.api.Question question) {
        outbox.add(new Action.Ask(++questions, question));
        return questions;
    }

    /// Notes where a message went or came.
    void passed(MonoTime now, TransportPath path) {
        if (latestPath.isEmpty() || latestPath.get().kind() != path.kind()) {
            transportSince = now;
        }
        latestPath = Optional.of(path);
    }

    /// Notes that the peer is alive: only what is authenticated says so (IK-028).
    void heard(MonoTime now) {
        lastHeard = now;
    }

    /// A new IKE SA begins.
    void begin(
            boolean originalInitiator,
            InitialKeys initial,
            IkeKeys keys,
            Octets initRequest,
            Octets initResponse,
            TransportPath path) {
        weStarted = originalInitiator;
        sas.begin(originalInitiator, initial, keys, initRequest, initResponse, path);
        outbox.publish(new IkeEvent.NatDetected(initial.nat().us(), initial.nat().peer()));
    }

    /// The IKE SA that a message of the peer belongs to.
    Optional<IkeSa> saOf(IkeHeader header) {
        return sas.of(header);
    }

    /// The request that a response of the peer answers.
    Optional<Transmission> awaiting(IkeSa in, IkeHeader response) {
        return courier.outstandingIn(in).stream()
                .filter(request ->
                        request.messageId() == response.messageId()
                                && request.exchange().equals(response.exchangeType()))
                .findFirst();
    }

    /// Sends a protected request of a handshake.
    void request(MonoTime now, ExchangeType exchange, List<Payload> payloads) {
        request(now, theSa(), exchange, payloads, Optional.empty());
    }

    /// Sends a protected request.
    void request(
            MonoTime now,
            IkeSa in,
            ExchangeType exchange,
            List<Payload> payloads,
            Optional<Undertaking> undertaking) {
        if (in.isUsedUp()) {
            end("the message IDs of the IKE SA are used up", Optional.empty());
            return;
        }
        OutgoingMessage message = sealed(in, in.nextRequest(exchange), payloads);
        Transmission request = Transmission.of(in, undertaking, message, payloads);
        undertaking.filter(Undertaking::isHasty).ifPresent(_ -> request.hasten());
        courier.send(now, request);
        if (request.wasSent()) {
            passed(now, request.lastPath());
        }
    }

    /// Answers a protected request by the path it came by, and remembers the answer.
    void respond(MonoTime now, TransportPath path, IkeHeader request, List<Payload> payloads) {
        IkeSa in = saOf(request).orElseThrow();
        OutgoingMessage message = sealed(in, request.reply(), payloads);
        in.responses().put(message, in.window().size());
        for (TransportPath asked : in.window().answered(request.messageId(), path)) {
            outbox.send(asked, message, message.on(asked), false);
        }
        passed(now, path);
    }

    private OutgoingMessage sealed(IkeSa in, IkeHeader header, List<Payload> payloads) {
        in.noteSent(context.crypto(), header, payloads);
        return OutgoingMessage.sealed(in.outbound(), header, payloads, largestDatagram());
    }

    /// The size in octets up to which a message goes in one datagram.
    private int largestDatagram() {
        int packet =
                connection
                        .map(c -> c.limits().packetOctets())
                        .orElseGet(Fragmentation::usualPacketOctets);
        return theSa().initial().fragmentation() && packet > 0
                ? Fragmentation.messageOctets(packet)
                : Integer.MAX_VALUE;
    }

    /// Answers IKE_SA_INIT, unprotected.
    Octets respondInit(MonoTime now, TransportPath path, io.culvert.ike.wire.IkeMessage response) {
        Octets octets = MessageCodec.encode(response);
        var message = OutgoingMessage.unprotected(response.header(), response.payloads(), octets);
        outbox.send(path, message, message.whole(), false);
        passed(now, path);
        return octets;
    }

    /// Both sides are authenticated.
    void establish(MonoTime now, Authenticated outcome) {
        noLongerHalfOpen(true);
        theSa().mix(outcome.keys());
        authenticated = Optional.of(outcome.remote());
        eapIdentity = outcome.eapIdentity();
        connection(outcome.connection());
        mobility.agree();
        establishedAt = Optional.of(now);
        boolean replace = outcome.connection().uniqueness() == ConnectionConfig.Uniqueness.REPLACE;
        boolean first =
                outcome.connection().uniqueness() == ConnectionConfig.Uniqueness.INITIAL_CONTACT
                        && outcome.initialContact();
        // who is anonymous is never the same as somebody else (RFC 7619 section 2.3)
        boolean somebody = !outcome.proved().equals(Identity.NULL);
        if ((replace || first) && somebody) {
            outbox.add(new Action.ReplaceOthers(outcome.local(), outcome.proved()));
        }
        theSa().forgetProofKeys();
        outbox.publish(
                new IkeEvent.IkeSaEstablished(status("Established", theSa().originalInitiator())));
    }

    /// Installs a Child SA whose keys come from IKE_SA_INIT (IK-089).
    ///
    /// @param exchangeInitiator whether we sent the request that made it
    void installFirstChild(
            MonoTime now, ChildNegotiation.Agreement agreement, boolean exchangeInitiator) {
        IkeSa current = theSa();
        ChildKeys keys =
                ChildKeys.derive(
                        context.crypto(),
                        current.initial().suite().prf(),
                        current.keys().skD(),
                        current.initial().initiatorNonce(),
                        current.initial().responderNonce(),
                        agreement.transform());
        install(now, agreement, keys, exchangeInitiator, Optional.empty());
    }

    /// Installs a Child SA.
    ///
    /// @param exchangeInitiator whether we sent the request that made it
    /// @param previous the one that it replaces
    ChildSa install(
            MonoTime now,
            ChildNegotiation.Agreement agreement,
            ChildKeys keys,
            boolean exchangeInitiator,
            Optional<ChildSa> previous) {
        return children.install(
                now,
                connection.orElseThrow().name(),
                agreement,
                keys,
                exchangeInitiator,
                espRoute(),
                previous,
                latestPath);
    }

    /// What new keys come from.
    ParentSa parent() {
        return new ParentSa(context, theSa().initial().suite().prf(), theSa().keys().skD());
    }

    /// What `dynamic` selectors stand for.
    ChildNegotiation.Hosts hosts() {
        TransportPath path = latestPath.orElseThrow();
        List<InetAddress> here = List.of(path.local().getAddress());
        List<InetAddress> there = List.of(path.remote().getAddress());
        if (virtualIps.isEmpty()) {
            return new ChildNegotiation.Hosts(here, there);
        }
        return weStarted
                ? new ChildNegotiation.Hosts(virtualIps, there)
                : new ChildNegotiation.Hosts(here, virtualIps);
    }

    /// Whether we started the session.
    boolean weStarted() {
        return weStarted;
    }

    /// Makes an IKE SA the current one: it has all Child SAs (IK-105). The old one stays until it is deleted.
    void promote(MonoTime now, IkeSa next) {
        IkeSa old = theSa();
        sas.promote(next);
        ours = next.ours();
        retirement.keep(now, old);
        lifetimes.begin(now);
        tickets.rekeyed();
        outbox.publish(new IkeEvent.IkeSaRekeyed(status("Established", weStarted)));
    }

    /// Where ESP goes now: into the stream, to the peer's UDP endpoint, or nowhere while that is unknown (IT-063).
    EspRoute espRoute() {
        return mobility.staying()
                .or(ways()::current)
                .map(Ways::espBy)
                .orElseGet(EspRoute.Unknown::new);
    }

    /// Sends the ESP of all Child SAs to where it goes now.
    void routeChildren() {
        children.route(espRoute());
    }

    /// How the session stands.
    ///
    /// @param state the stage in a word
    SessionStatus status(String state, boolean originalInitiator) {
        Optional<InitialKeys> initial = sas.current().map(IkeSa::initial);
        IkeSpi initiator =
                initial.map(InitialKeys::initiatorSpi)
                        .orElse(originalInitiator ? ours : IkeSpi.ZERO);
        IkeSpi responder =
                initial.map(InitialKeys::responderSpi)
                        .orElse(originalInitiator ? IkeSpi.ZERO : ours);
        return new SessionStatus(
                connection.map(ConnectionConfig::name),
                state,
                originalInitiator,
                initiator,
                responder,
                connection.map(c -> c.local().identity()),
                authenticated,
                eapIdentity,
                latestPath,
                ways().why(),
                transportSince,
                initial.map(InitialKeys::suite),
                initial.map(i -> i.nat().us()).orElse(false),
                initial.map(i -> i.nat().peer()).orElse(false),
                virtualIps,
                tickets.isResumed(),
                establishedAt,
                lifetimes.rekeyAt(),
                children.living().stream().map(ChildSa::status).toList());
    }

    /// Everything ends here.
    void end(String cause, Optional<SessionFailure> failure) {
        if (over) {
            return;
        }
        over = true;
        tickets.ended(failure);
        timers.clearAll();
        agenda.forgetAll();
        followups.forgetAll();
        children.closeAll(cause);
        if (!virtualIps.isEmpty()) {
            outbox.add(new Action.ReleaseAddresses(List.copyOf(virtualIps)));
        }
        courier.closeStream();
        outbox.publish(new IkeEvent.IkeSaClosed(cause, failure));
        noLongerHalfOpen(false);
        sas.closeAll();
        outbox.add(new Action.End());
    }
}
