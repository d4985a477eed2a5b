package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.RevealedKeys;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.exchange.AuthenticationStep.Authenticated;
import io.culvert.ike.exchange.Informational;
import io.culvert.ike.exchange.InitialKeys;
import io.culvert.ike.extension.ChildNegotiation;
import io.culvert.ike.keys.ChildKeys;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ike.keys.SkProtection;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
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
    private final List<ChildSa> children = new ArrayList<>();
    private final List<Spi> reserve = new ArrayList<>();
    private final List<Spi> taken = new ArrayList<>();
    private final List<Spi> untold = new ArrayList<>();
    private final List<InetAddress> virtualIps = new ArrayList<>();
    private Optional<ConnectionConfig> connection = Optional.empty();
    private Optional<IkeSa> sa = Optional.empty();
    private Optional<Identity> authenticated = Optional.empty();
    private Optional<String> eapIdentity = Optional.empty();
    private Optional<MonoTime> establishedAt = Optional.empty();
    private Optional<TransportPath> latestPath = Optional.empty();
    private MonoTime transportSince = MonoTime.ZERO;
    private MonoTime lastHeard = MonoTime.ZERO;
    private IkeSpi ours;
    private boolean bound;
    private boolean halfOpen;
    private boolean over;
    private int questions;

    Peering(SessionContext context, IkeSpi ours) {
        this.context = context;
        this.ours = ours;
        this.courier = new Courier(outbox, timers, context.random());
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

    List<ChildSa> children() {
        return children;
    }

    List<InetAddress> virtualIps() {
        return virtualIps;
    }

    Optional<ConnectionConfig> connection() {
        return connection;
    }

    void connection(ConnectionConfig chosen) {
        connection = Optional.of(chosen);
        courier.useTimers(chosen.timers());
    }

    Optional<IkeSa> sa() {
        return sa;
    }

    /// The IKE SA, in stages that cannot be without one.
    IkeSa theSa() {
        return sa.orElseThrow();
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

    /// Takes our SPI into use.
    void bind(IkeSpi spi) {
        unbind();
        ours = spi;
        bound = true;
        outbox.add(new Action.BindSpi(spi));
    }

    private void unbind() {
        if (bound) {
            bound = false;
            outbox.add(new Action.UnbindSpi(ours));
        }
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
            reserve.addAll(spis);
        }
    }

    /// An inbound ESP SPI from the reserve. It is the session's until a Child SA is installed with it.
    Optional<Spi> takeSpi() {
        if (reserve.isEmpty()) {
            return Optional.empty();
        }
        taken.add(reserve.removeFirst());
        return Optional.of(taken.getLast());
    }

    void giveBack(Spi spi) {
        if (taken.remove(spi)) {
            outbox.add(new Action.ReleaseSpis(List.of(spi)));
        }
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

    /// Derives the keys of a new IKE SA.
    void derive(
            boolean originalInitiator,
            InitialKeys initial,
            Octets initRequest,
            Octets initResponse,
            TransportPath path) {
        IkeKeys keys =
                IkeKeys.initial(
                        context.crypto(),
                        initial.suite(),
                        initial.secret(),
                        new IkeKeys.Contributions(
                                initial.initiatorNonce(),
                                initial.responderNonce(),
                                initial.initiatorSpi(),
                                initial.responderSpi()));
        initial.secret().close();
        SkProtection ofInitiator = protection(initial, keys.skEi(), keys.skAi());
        SkProtection ofResponder = protection(initial, keys.skEr(), keys.skAr());
        sa =
                Optional.of(
                        new IkeSa(
                                originalInitiator,
                                initial,
                                keys,
                                originalInitiator ? ofInitiator : ofResponder,
                                originalInitiator ? ofResponder : ofInitiator,
                                initRequest,
                                initResponse,
                                path));
        if (context.revealKeys()) {
            outbox.add(
                    new Action.RevealKeys(
                            new RevealedKeys.OfIkeSa(
                                    initial.initiatorSpi(),
                                    initial.responderSpi(),
                                    initial.suite(),
                                    keys.skEi(),
                                    keys.skEr(),
                                    keys.skAi(),
                                    keys.skAr())));
        }
        outbox.publish(new IkeEvent.NatDetected(initial.nat().us(), initial.nat().peer()));
    }

    private SkProtection protection(InitialKeys initial, KeyMaterial skE, KeyMaterial skA) {
        return new SkProtection(
                context.crypto(),
                initial.suite().encryption(),
                initial.suite().integrity(),
                skE,
                skA,
                context.random());
    }

    /// Sends a protected request.
    void request(MonoTime now, ExchangeType exchange, List<Payload> payloads) {
        IkeSa current = theSa();
        IkeHeader header = current.nextRequest(exchange);
        Octets message = current.outbound().seal(header, List.of(), payloads);
        courier.send(now, new Transmission(header.messageId(), exchange, payloads, message));
        courier.outstanding()
                .filter(Transmission::wasSent)
                .ifPresent(t -> passed(now, t.lastPath()));
    }

    /// Answers a protected request by the path it came by, and remembers the answer.
    void respond(MonoTime now, TransportPath path, IkeHeader request, List<Payload> payloads) {
        IkeSa current = theSa();
        IkeHeader header = request.reply();
        Octets message = current.outbound().seal(header, List.of(), payloads);
        String notation = Outbox.notation(payloads);
        current.responses().put(new ResponseCache.Cached(header, notation, message));
        for (TransportPath asked : current.answered(path)) {
            outbox.send(asked, message, header, notation, false);
        }
        passed(now, path);
    }

    /// Answers IKE_SA_INIT, unprotected.
    Octets respondInit(MonoTime now, TransportPath path, io.culvert.ike.wire.IkeMessage response) {
        Octets message = MessageCodec.encode(response);
        outbox.send(path, message, response.header(), response.payloads(), false);
        passed(now, path);
        return message;
    }

    /// Both sides are authenticated.
    void establish(MonoTime now, Authenticated outcome) {
        noLongerHalfOpen(true);
        authenticated = Optional.of(outcome.remote());
        eapIdentity = outcome.eapIdentity();
        connection(outcome.connection());
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
        ChildSaSpec spec =
                new ChildSaSpec(
                        new ChildSaId(Integer.toUnsignedLong(agreement.inbound().value())),
                        connection.orElseThrow().name() + "/" + agreement.config().name(),
                        agreement.transform(),
                        ChildSaSpec.Mode.TUNNEL,
                        agreement.inbound(),
                        exchangeInitiator
                                ? keys.responderToInitiator()
                                : keys.initiatorToResponder(),
                        agreement.outbound(),
                        exchangeInitiator
                                ? keys.initiatorToResponder()
                                : keys.responderToInitiator(),
                        agreement.local(),
                        agreement.remote(),
                        espRoute(),
                        agreement.config().replayWindow(),
                        agreement.config().lifetime());
        ChildSa child = new ChildSa(agreement.config().name(), spec, now);
        children.add(child);
        taken.remove(agreement.inbound());
        outbox.add(new Action.InstallChildSa(spec));
        if (context.revealKeys()) {
            latestPath.ifPresent(path ->
                    outbox.add(
                            new Action.RevealKeys(
                                    new RevealedKeys.OfChildSa(
                                            path.local().getAddress(),
                                            path.remote().getAddress(),
                                            spec))));
        }
        outbox.publish(new IkeEvent.ChildSaEstablished(child.status()));
    }

    /// Where ESP goes now: into the stream, to the peer's UDP endpoint, or nowhere while that is unknown (IT-063).
    EspRoute espRoute() {
        if (courier.isTcpEncapsulation()) {
            return courier.stream()
                    .<EspRoute>map(s -> new EspRoute.Tcp(s.connection().value()))
                    .orElseGet(EspRoute.Unknown::new);
        }
        return courier.udp()
                .filter(TransportPath.Udp::nonEspMarker)
                .<EspRoute>map(u -> new EspRoute.Udp(u.local(), u.remote()))
                .orElseGet(EspRoute.Unknown::new);
    }

    /// Sends the ESP of all Child SAs to where it goes now.
    void routeChildren() {
        EspRoute route = espRoute();
        List<ChildSaId> moved = new ArrayList<>();
        for (ChildSa child : children) {
            if (!child.route().equals(route)) {
                child.route(route);
                moved.add(child.id());
            }
        }
        if (!moved.isEmpty()) {
            outbox.add(new Action.RouteEsp(moved, route));
        }
    }

    /// How the session stands.
    ///
    /// @param state the stage in a word
    SessionStatus status(String state, boolean originalInitiator) {
        Optional<InitialKeys> initial = sa.map(IkeSa::initial);
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
                courier.why(),
                transportSince,
                initial.map(InitialKeys::suite),
                initial.map(i -> i.nat().us()).orElse(false),
                initial.map(i -> i.nat().peer()).orElse(false),
                virtualIps,
                establishedAt,
                children.stream().map(ChildSa::status).toList());
    }

    void removeChild(ChildSa child, String cause) {
        children.remove(child);
        outbox.add(new Action.RemoveChildSa(child.id()));
        outbox.publish(new IkeEvent.ChildSaClosed(child.status(), cause));
    }

    /// Ends a Child SA and tells the peer, now or when the window lets a request go.
    void deleteChild(MonoTime now, ChildSa child, String cause) {
        removeChild(child, cause);
        untold.add(child.inbound());
        tellOfDeleted(now);
    }

    /// Tells the peer of the Child SAs that ended without its knowing.
    void tellOfDeleted(MonoTime now) {
        if (!untold.isEmpty() && courier.outstanding().isEmpty()) {
            List<Payload> deletes = Informational.deleteChildSas(untold);
            untold.clear();
            request(now, ExchangeType.INFORMATIONAL, deletes);
        }
    }

    /// Everything ends here.
    void end(String cause, Optional<SessionFailure> failure) {
        if (over) {
            return;
        }
        over = true;
        timers.clearAll();
        for (ChildSa child : List.copyOf(children)) {
            removeChild(child, cause);
        }
        if (!virtualIps.isEmpty()) {
            outbox.add(new Action.ReleaseAddresses(List.copyOf(virtualIps)));
        }
        taken.addAll(reserve);
        reserve.clear();
        if (!taken.isEmpty()) {
            outbox.add(new Action.ReleaseSpis(List.copyOf(taken)));
            taken.clear();
        }
        courier.closeStream();
        outbox.publish(new IkeEvent.IkeSaClosed(cause, failure));
        noLongerHalfOpen(false);
        unbind();
        sa.ifPresent(IkeSa::close);
        outbox.add(new Action.End());
    }
}
