package io.culvert.app.daemon;

import io.culvert.app.config.Settings;
import io.culvert.app.config.Settings.ConnectionSettings;
import io.culvert.app.config.Settings.RemotePorts;
import io.culvert.app.config.Settings.RestartSettings;
import io.culvert.app.control.ExitCode;
import io.culvert.app.control.Reply;
import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionFailure;
import io.culvert.runtime.clock.Timekeeper;
import io.culvert.runtime.embed.IkeEndpoint;
import io.culvert.runtime.embed.Remote;
import io.culvert.runtime.embed.SessionEvent;
import io.culvert.runtime.embed.SessionHandle;
import io.culvert.runtime.embed.SessionOutcome;
import io.culvert.runtime.embed.SessionView;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Brings connections up and down, and remembers why they are down. Safe for use by many threads.
final class Operator implements AutoCloseable {
    /// Longer than any schedule of retransmissions that can be configured; a session always ends before.
    private static final Duration LONGEST_ATTEMPT = Duration.ofHours(1);

    /// How long peers may take to answer a delete.
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /// How long sessions may take to forget themselves, which needs no peer.
    private static final Duration ABANDON = Duration.ofSeconds(1);

    private static final Duration STATUS_PATIENCE = Duration.ofSeconds(2);

    private static final SessionFailure TAKEN_DOWN =
            new SessionFailure.LocalProblem(
                    "it was taken down by the operator meanwhile", "culvert up, if it is wanted");

    private static final System.Logger LOG = System.getLogger(Operator.class.getName());

    private final Settings settings;
    private final IkeEndpoint endpoint;
    private final Watchers watchers;
    private final Map<String, String> causes = new ConcurrentHashMap<>();
    private final Map<String, ReentrantLock> starting = new ConcurrentHashMap<>();

    /// How often each connection was taken down: a call that began before ends then.
    private final Map<String, Integer> takenDown = new ConcurrentHashMap<>();

    /// The sessions of ours that carried packets.
    private final Set<Long> carrying = ConcurrentHashMap.newKeySet();

    /// Those of them whose peer has restarted.
    private final Set<Long> restarted = ConcurrentHashMap.newKeySet();

    private final Redial redial;

    /// @param clock for the pauses before a connection is called again
    Operator(
            Settings settings,
            IkeEndpoint endpoint,
            Watchers watchers,
            Timekeeper clock,
            RandomGenerator random) {
        this.settings = settings;
        this.endpoint = endpoint;
        this.watchers = watchers;
        Map<String, RestartSettings> restarts = new HashMap<>();
        for (ConnectionSettings connection : settings.connections()) {
            if (!connection.remoteHosts().isEmpty()) {
                restarts.put(connection.config().name(), connection.restart());
            }
        }
        redial =
                new Redial(
                        restarts,
                        clock,
                        random,
                        call -> Thread.ofVirtual().name("redial").start(call),
                        this::callAgain);
    }

    /// Calls no connection again.
    @Override
    public void close() {
        redial.close();
    }

    /// Takes note of why connections are down, and calls those again that went down without being told to.
    void happened(SessionEvent event) {
        if (event.weStarted() && event.connection().isPresent()) {
            String name = event.connection().get();
            if (event.event() instanceof IkeEvent.ChildSaEstablished) {
                carrying.add(event.session());
                redial.reached(name);
            } else if (event.event() instanceof IkeEvent.PeerRestarted) {
                restarted.add(event.session());
            } else if (event.event() instanceof IkeEvent.IkeSaClosed(_, var failure)
                    && carrying.remove(event.session())) {
                if (restarted.remove(event.session())) {
                    redial.restarted(name);
                } else if (failure.isPresent()) {
                    redial.lost(name);
                } else {
                    redial.closed(name);
                }
            }
        }
        if (event.event() instanceof IkeEvent.IkeSaClosed(String cause, var failure)) {
            event.connection()
                    .ifPresent(name ->
                            causes.put(name, failure.map(f -> explained(name, f)).orElse(cause)));
        }
    }

    /// Sets up a connection that starts by itself: calls until it is up.
    Reply start(String name, Consumer<String> progress) throws InterruptedException {
        Reply reply = up(name, progress);
        if (reply.exit() != ExitCode.DONE) {
            redial.failed(name, reply.exit());
        }
        return reply;
    }

    private ExitCode callAgain(String name) throws InterruptedException {
        for (SessionView view : endpoint.statuses(STATUS_PATIENCE)) {
            if (view.status().establishedAt().isPresent()
                    && view.status().connection().filter(name::equals).isPresent()) {
                // the peer was faster
                return ExitCode.DONE;
            }
        }
        return up(name, progress -> LOG.log(Level.DEBUG, progress)).exit();
    }

    /// Sets up a connection and waits until it carries packets or has failed.
    Reply up(String name, Consumer<String> progress) throws InterruptedException {
        Optional<ConnectionSettings> found = settings.connection(name);
        if (found.isEmpty()) {
            return unknown(name);
        }
        // two at the same time would make two IKE SAs
        ReentrantLock lock = starting.computeIfAbsent(name, _ -> new ReentrantLock());
        lock.lockInterruptibly();
        try {
            return up(found.get(), progress);
        } finally {
            lock.unlock();
        }
    }

    private Reply up(ConnectionSettings connection, Consumer<String> progress)
            throws InterruptedException {
        String name = connection.config().name();
        for (SessionHandle running : endpoint.find(name)) {
            boolean wasUp = running.outcome().isDone();
            Optional<SessionOutcome> outcome = running.await(LONGEST_ATTEMPT);
            if (outcome.isPresent() && outcome.get() instanceof SessionOutcome.Established) {
                return Reply.of(ExitCode.DONE, name + (wasUp ? " was up already" : " is up"));
            }
        }
        if (connection.remoteHosts().isEmpty()) {
            return Reply.of(
                    ExitCode.USAGE,
                    name + " names no single peer to call: remote-addresses has only prefixes",
                    "  next step: add the peer's address or host name, or let the peer call");
        }
        try (var _ = watchers.watch(event -> tell(event, name, progress))) {
            return call(connection, progress);
        }
    }

    private Reply call(ConnectionSettings connection, Consumer<String> progress)
            throws InterruptedException {
        String name = connection.config().name();
        int downs = takenDown.getOrDefault(name, 0);
        redial.wanted(name);
        SessionFailure failure =
                new SessionFailure.Unreachable("no address to call", "check remote-addresses");
        for (String host : connection.remoteHosts()) {
            List<InetAddress> addresses;
            try {
                addresses = List.of(InetAddress.getAllByName(host));
            } catch (UnknownHostException e) {
                failure =
                        new SessionFailure.Unreachable(
                                "the host name " + host + " has no address",
                                "check the name, and the DNS of this machine");
                continue;
            }
            for (InetAddress address : addresses) {
                progress.accept(
                        "calling %s at %s over %s"
                                .formatted(
                                        name,
                                        address.getHostAddress(),
                                        words(connection.config())));
                SessionOutcome outcome =
                        attempt(
                                connection,
                                address,
                                () -> takenDown.getOrDefault(name, 0) == downs);
                switch (outcome) {
                    case SessionOutcome.Established _ -> {
                        causes.remove(name);
                        return Reply.of(ExitCode.DONE, name + " is up");
                    }
                    case SessionOutcome.Failed(SessionFailure.Unreachable unreachable) ->
                            failure = unreachable;
                    case SessionOutcome.Failed(SessionFailure other) -> {
                        return failed(name, other);
                    }
                }
            }
        }
        return failed(name, failure);
    }

    private static String words(ConnectionConfig config) {
        return config.transports().choices().stream()
                .map(choice -> choice.word())
                .collect(Collectors.joining(" or "));
    }

    /// @param wanted false once somebody has taken the connection down
    private SessionOutcome attempt(
            ConnectionSettings connection, InetAddress address, BooleanSupplier wanted)
            throws InterruptedException {
        if (!wanted.getAsBoolean()) {
            return new SessionOutcome.Failed(TAKEN_DOWN);
        }
        RemotePorts ports = connection.ports();
        Remote remote =
                new Remote(
                        address,
                        ports.udp(),
                        ports.natTraversal(),
                        ports.ikeTcp(),
                        ports.tcpEncapsulation());
        SessionHandle handle;
        try {
            handle = endpoint.initiate(connection.config(), remote);
        } catch (IOException e) {
            return new SessionOutcome.Failed(
                    new SessionFailure.Unreachable(
                            String.valueOf(e.getMessage()),
                            "check the routes: ip route get " + address.getHostAddress()));
        }
        SessionOutcome outcome =
                handle.await(LONGEST_ATTEMPT)
                        .orElseGet(() ->
                                new SessionOutcome.Failed(
                                        new SessionFailure.Unreachable(
                                                "no result within " + LONGEST_ATTEMPT,
                                                "shorten retransmit-timeout")));
        if (!wanted.getAsBoolean()) {
            outcome = new SessionOutcome.Failed(TAKEN_DOWN);
        }
        if (outcome instanceof SessionOutcome.Failed) {
            // an IKE SA without its Child SA is of no use to anybody
            handle.terminate("its Child SA could not be set up");
            handle.awaitEnd(FAREWELL.plus(ABANDON));
        }
        return outcome;
    }

    private Reply failed(String name, SessionFailure failure) {
        causes.put(name, explained(name, failure));
        return new Reply(
                FailureText.exit(failure), FailureText.lines(name, failure), Optional.empty());
    }

    private static String explained(String name, SessionFailure failure) {
        return String.join("\n", FailureText.lines(name, failure));
    }

    private static void tell(SessionEvent event, String name, Consumer<String> progress) {
        if (event.weStarted() && event.connection().filter(name::equals).isPresent()) {
            switch (event.event()) {
                case IkeEvent.TransportChosen _,
                        IkeEvent.AttemptSucceeded _,
                        IkeEvent.IkeSaEstablished _,
                        IkeEvent.ChildSaEstablished _,
                        IkeEvent.AddressesAssigned _ ->
                        progress.accept("  " + EventLog.text(event.event()));
                case IkeEvent.MessagePassed passed ->
                        progress.accept(
                                "  %s %s %s, %d octets over %s%s"
                                        .formatted(
                                                passed.sent() ? "sent" : "received",
                                                passed.exchange(),
                                                passed.request() ? "request" : "response",
                                                passed.octets(),
                                                passed.path(),
                                                passed.repeated() ? ", again" : ""));
                case IkeEvent.NatDetected(boolean us, boolean peer) -> {
                    if (us || peer) {
                        progress.accept("  a NAT is in front of " + (us ? "us" : "the peer"));
                    }
                }
                case IkeEvent.ChildSaClosed _,
                        IkeEvent.ChildSaRekeyed _,
                        IkeEvent.IkeSaRekeyed _,
                        IkeEvent.RekeyingFailed _,
                        IkeEvent.PeerRestarted _,
                        IkeEvent.PeerAddresses _,
                        IkeEvent.PathChanged _,
                        IkeEvent.ChildSaFailed _,
                        IkeEvent.IkeSaClosed _,
                        IkeEvent.MessageDropped _ -> {}
            }
        }
    }

    /// Deletes all SAs of a connection, whoever started them.
    Reply down(String name) throws InterruptedException {
        if (settings.connection(name).isEmpty()) {
            return unknown(name);
        }
        takenDown.merge(name, 1, Integer::sum);
        redial.unwanted(name);
        Set<Long> left = ConcurrentHashMap.newKeySet();
        endpoint.find(name).forEach(h -> left.add(h.id()));
        for (SessionView view : endpoint.statuses(STATUS_PATIENCE)) {
            if (view.status().connection().filter(name::equals).isPresent()) {
                left.add(view.id());
            }
        }
        if (left.isEmpty()) {
            return Reply.of(ExitCode.DONE, name + " was down already");
        }
        int count = left.size();
        CountDownLatch gone = new CountDownLatch(count);
        try (var _ =
                watchers.watch(event -> {
                    if (event.event() instanceof IkeEvent.IkeSaClosed
                            && left.remove(event.session())) {
                        gone.countDown();
                    }
                })) {
            command(
                    List.copyOf(left),
                    new Command.Terminate("taken down by the operator"),
                    gone,
                    left);
            if (!gone.await(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
                command(
                        List.copyOf(left),
                        new Command.Abandon("the peer did not answer"),
                        gone,
                        left);
                gone.await(ABANDON.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
        causes.put(name, "taken down by the operator");
        return left.isEmpty()
                ? Reply.of(ExitCode.DONE, name + " is down: " + count + " IKE SA deleted")
                : Reply.of(
                        ExitCode.FAILED,
                        name + ": " + left.size() + " IKE SA did not end; see the log");
    }

    /// Replaces the IKE SAs of a connection, whoever started them.
    Reply rekeyIke(String name) throws InterruptedException {
        return settings.connection(name).isEmpty() ? unknown(name) : rekeying().ikeSas(name);
    }

    /// Replaces the Child SAs of a connection.
    ///
    /// @param child those of this configured child only
    Reply rekeyChild(String name, Optional<String> child) throws InterruptedException {
        Optional<ConnectionSettings> found = settings.connection(name);
        if (found.isEmpty()) {
            return unknown(name);
        }
        List<String> known =
                found.get().config().children().stream().map(ChildConfig::name).toList();
        if (child.isPresent() && !known.contains(child.get())) {
            return Reply.of(
                    ExitCode.USAGE,
                    "%s has no child \"%s\"; configured: %s"
                            .formatted(name, child.get(), String.join(", ", known)));
        }
        return rekeying().childSas(name, child);
    }

    private Rekeying rekeying() {
        return new Rekeying(
                new Rekeying.Sessions() {
                    @Override
                    public List<SessionView> established(String connection)
                            throws InterruptedException {
                        return endpoint.statuses(STATUS_PATIENCE).stream()
                                .filter(view ->
                                        view.status()
                                                .connection()
                                                .filter(connection::equals)
                                                .isPresent())
                                .filter(view -> view.status().establishedAt().isPresent())
                                .toList();
                    }

                    @Override
                    public void command(long session, Command command) {
                        endpoint.command(session, command);
                    }
                },
                watchers);
    }

    private void command(
            List<Long> sessions, Command command, CountDownLatch gone, Set<Long> left) {
        for (long session : sessions) {
            if (!endpoint.command(session, command) && left.remove(session)) {
                gone.countDown();
            }
        }
    }

    private Reply unknown(String name) {
        String known =
                settings.connections().stream()
                        .map(c -> c.config().name())
                        .collect(Collectors.joining(", "));
        return Reply.of(
                ExitCode.USAGE, "there is no connection \"" + name + "\"; configured: " + known);
    }

    /// How all sessions stand.
    List<SessionView> sessions() throws InterruptedException {
        return endpoint.statuses(STATUS_PATIENCE);
    }

    /// Why each connection without an established session is down.
    Map<String, String> down(List<SessionView> sessions) {
        List<String> established = new ArrayList<>();
        for (SessionView view : sessions) {
            if (view.status().establishedAt().isPresent()) {
                view.status().connection().ifPresent(established::add);
            }
        }
        Map<String, String> down = new LinkedHashMap<>();
        for (ConnectionSettings connection : settings.connections()) {
            String name = connection.config().name();
            if (!established.contains(name)) {
                String usual =
                        connection.remoteHosts().isEmpty()
                                ? "waits for a peer to call"
                                : "not started; culvert up " + name;
                String again =
                        redial.next(name)
                                .map(pause -> "\n  calling again in " + Redial.text(pause))
                                .orElse("");
                down.put(name, causes.getOrDefault(name, usual) + again);
            }
        }
        return down;
    }
}
