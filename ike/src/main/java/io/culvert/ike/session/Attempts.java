package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Experience;
import io.culvert.ike.api.HeldTicket;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Session;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ike.session.ConnectStrategy.Planned;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// An original initiator that gets through by itself: it tries its transports, and the addresses of the peer, beside
/// each other.
///
///     udp                  IKE_SA_INIT ──────x   IKE_SA_INIT ────x
///     tcp-encapsulation      head start  SYN ──► IKE_SA_INIT ──► ◄── IKE_SA_INIT, wins ──► IKE_AUTH
///
/// Every attempt is a session of its own with its own SPI, nonce and key exchange (IT-052, TE-029). [ConnectStrategy]
/// says when which of them starts. The first whose IKE_SA_INIT is answered *leads*: it alone goes on to IKE_AUTH, and
/// the others are forgotten, with nothing said to the peer because nothing is established (IT-053, IT-081). If then
/// nothing comes back, as where port 4500 is closed or fragments are dropped, the others get another chance; as soon as
/// one of those has its answer, the silent one is given up. Once the peer has answered in the new IKE SA, the way to it
/// is known to work: what it says is final, and this class only delegates. For one thread.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9329#section-5.1 RFC 9329 section 5.1
public final class Attempts implements Session {
    /// Our choice: how long IKE_AUTH may stay without an answer before others get another chance, at least.
    private static final Duration SHORTEST_SILENCE = Duration.ofSeconds(1);

    /// Our choice: the same in round trips, for slow networks.
    private static final int ROUND_TRIPS_OF_SILENCE = 4;

    private final SessionContext context;
    private final ConnectionConfig connection;
    private final Addressees addressees = new Addressees();
    private final Setbacks setbacks = new Setbacks();
    private final ArrayDeque<Planned> waiting = new ArrayDeque<>(0);
    private final List<Attempt> running = new ArrayList<>(1);
    private List<Action> out = new ArrayList<>();
    private List<InetAddress> ours = List.of();
    private Optional<Attempt> leader = Optional.empty();
    private Optional<Attempt> latest = Optional.empty();
    private Optional<MonoTime> nextStart = Optional.empty();
    private Optional<HeldTicket> ticket = Optional.empty();
    private boolean severalPossible;
    private boolean othersDeaf;
    private boolean settled;
    private boolean over;

    /// A session that will start the connection; its first input is [Command.Initiate].
    public Attempts(SessionContext context, ConnectionConfig connection) {
        this.context = context;
        this.connection = connection;
    }

    @Override
    public List<Action> handle(MonoTime now, Input input) {
        switch (input) {
            case Input.Commanded(Command command) -> onCommand(now, command);
            case Input.DeadlineReached _ -> onDeadline(now, input);
            case Input.MessageReceived(_, Octets message) ->
                    ownerOf(message).ifPresent(owner -> tell(now, owner, input));
            case Input.ConnectionLost(TransportPath.Tcp path, _) -> tellUsers(now, path, input);
            case Input.SendFailed(TransportPath path, String reason) -> {
                tellUsers(now, path, input);
                hurry(now, path, reason);
            }
            case Input.ConnectionOpened opened ->
                    addressees.connectionOpened(opened).ifPresent(to -> tell(now, to));
            case Input.ConnectionFailed failed ->
                    addressees.connectionFailed(failed).ifPresent(to -> tell(now, to));
            case Input.Answered answered ->
                    addressees.answered(answered).ifPresent(to -> tell(now, to));
            case Input.SpisReserved reserved ->
                    addressees.reserved(reserved).ifPresent(to -> tell(now, to));
            case Input.DataPlaneReported _, Input.InstallFailed _, Input.TrafficSampled _ ->
                    leader.ifPresent(l -> tell(now, l, input));
        }
        List<Action> done = out;
        out = new ArrayList<>();
        return done;
    }

    @Override
    public Optional<MonoTime> nextDeadline() {
        Optional<MonoTime> first = nextStart;
        for (Attempt attempt : running) {
            Optional<MonoTime> next = attempt.session().nextDeadline();
            first =
                    first.isPresent() && next.isPresent()
                            ? Optional.of(first.get().min(next.get()))
                            : first.or(() -> next);
        }
        return first;
    }

    @Override
    public SessionStatus status() {
        return leader.or(() -> running.stream().findFirst())
                .or(() -> latest)
                .map(Attempt::session)
                .orElseGet(() -> IkeSession.initiator(context, connection))
                .status();
    }

    @Override
    public boolean isOver() {
        return over;
    }

    private void onCommand(MonoTime now, Command command) {
        switch (command) {
            case Command.Initiate wish -> begin(now, wish);
            case Command.Terminate(String cause) -> stop(now, command, cause);
            case Command.Abandon(String cause) -> stop(now, command, cause);
            case Command.OfEstablished _ ->
                    leader.ifPresent(l -> tell(now, l, new Input.Commanded(command)));
            case Command.AddressesChanged(_, var all) -> {
                ours = all;
                for (Attempt attempt : List.copyOf(running)) {
                    tell(now, attempt, new Input.Commanded(command));
                }
            }
        }
    }

    private void begin(MonoTime now, Command.Initiate wish) {
        if (over || latest.isPresent()) {
            return;
        }
        ticket = wish.ticket();
        waiting.addAll(
                ConnectStrategy.plan(
                        connection.transports(), wish.candidates(), wish.experience()));
        severalPossible = waiting.size() > 1;
        startNext(now, waiting.element().why());
        while (!waiting.isEmpty() && waiting.element().after().isZero()) {
            startNext(now, waiting.element().why());
        }
    }

    /// Starts the next attempt beside those that run.
    ///
    /// @param why for people
    private void startNext(MonoTime now, String why) {
        Attempt attempt = new Attempt(context, connection, waiting.remove(), why, now);
        nextStart = Optional.ofNullable(waiting.peek()).map(next -> now.plus(next.after()));
        running.add(attempt);
        latest = Optional.of(attempt);
        if (!severalPossible) {
            settle(now, attempt);
        }
        var endpoints = attempt.plan().endpoints();
        if (!ours.isEmpty()) {
            var here = Optional.of(endpoints.localAddress());
            tell(now, attempt, new Input.Commanded(new Command.AddressesChanged(here, ours)));
        }
        tell(
                now,
                attempt,
                new Input.Commanded(
                        new Command.Initiate(List.of(endpoints), Optional.empty(), ticket)));
    }

    private void stop(MonoTime now, Command command, String cause) {
        if (settled) {
            leader.ifPresent(l -> tell(now, l, new Input.Commanded(command)));
        } else {
            finish(now, cause, Optional.empty());
        }
    }

    private void onDeadline(MonoTime now, Input input) {
        for (Attempt attempt : List.copyOf(running)) {
            boolean due = attempt.session().nextDeadline().filter(now::hasReached).isPresent();
            if (due && running.contains(attempt)) {
                tell(now, attempt, input);
            }
        }
        if (nextStart.filter(now::hasReached).isPresent()) {
            leader.ifPresent(this::postponeOthersWithoutEsp);
            startNext(now, whatIsMissing());
        }
    }

    /// Where UDP 4500 leads nowhere, an IKE SA over raw TCP would come about, and its ESP would lead nowhere, too: it
    /// comes last.
    private void postponeOthersWithoutEsp(Attempt silent) {
        if (silent.plan().transport().kind() != TransportKind.UDP) {
            return;
        }
        var remote = silent.plan().endpoints().remoteAddress();
        List<Planned> deaf =
                waiting.stream()
                        .filter(p -> p.transport().kind() == TransportKind.IKE_TCP)
                        .filter(p -> p.endpoints().remoteAddress().equals(remote))
                        .toList();
        waiting.removeAll(deaf);
        waiting.addAll(deaf);
    }

    private String whatIsMissing() {
        return leader.map(l -> l.label() + " answered IKE_SA_INIT, but not IKE_AUTH")
                .orElseGet(() ->
                        running.stream()
                                .map(a -> a.label() + " has not answered yet")
                                .reduce((_, last) -> last)
                                .orElseGet(() -> waiting.element().why()));
    }

    /// What could not even be sent is not worth a head start.
    private void hurry(MonoTime now, TransportPath path, String reason) {
        Optional<Attempt> stuck = running.stream().filter(a -> a.uses(path)).findFirst();
        if (nextStart.isPresent() && stuck.isPresent() && stuck.get().hurries()) {
            startNext(now, stuck.get().label() + ": " + reason);
        }
    }

    private Optional<Attempt> ownerOf(Octets message) {
        if (settled) {
            return leader;
        }
        Optional<IkeHeader> header = IkeHeader.peek(message);
        return running.stream()
                .filter(a ->
                        header.filter(h -> a.has(h.initiatorSpi()) || a.has(h.responderSpi()))
                                .isPresent())
                .findFirst();
    }

    private void tellUsers(MonoTime now, TransportPath path, Input input) {
        for (Attempt attempt : List.copyOf(running)) {
            if (settled || attempt.uses(path)) {
                tell(now, attempt, input);
            }
        }
    }

    private void tell(MonoTime now, Addressees.Addressed to) {
        tell(now, to.attempt(), to.input());
    }

    /// Leads an input to an attempt, and everything that follows from it.
    private void tell(MonoTime now, Attempt attempt, Input input) {
        List<Action> actions = attempt.session().handle(now, input);
        if (!settled && running.contains(attempt)) {
            boolean agreed = attempt.follow(now, actions);
            if (agreed) {
                lead(now, attempt);
            } else if (attempt.isAnswered()) {
                settle(now, attempt);
            }
        }
        boolean speaksForAll = settled && leader.equals(Optional.of(attempt));
        actions.forEach(action -> relay(attempt, action, speaksForAll));
        if (attempt.session().isOver() && running.remove(attempt)) {
            if (speaksForAll) {
                over = true;
            } else {
                failed(now, attempt, failureIn(actions));
            }
        }
    }

    private void relay(Attempt attempt, Action action, boolean speaksForAll) {
        boolean ends =
                action instanceof Action.End
                        || action instanceof Action.Publish(IkeEvent.IkeSaClosed _);
        if (ends && !speaksForAll) {
            return;
        }
        out.add(addressees.outward(attempt, action));
        if (severalPossible && action instanceof Action.Publish(IkeEvent.IkeSaEstablished _)) {
            var experience =
                    new Experience(
                            attempt.plan().transport(),
                            attempt.plan().endpoints().remoteAddress(),
                            othersDeaf);
            publish(new IkeEvent.AttemptSucceeded(experience, setbacks.sentences()));
        }
    }

    /// An attempt has the answer to its IKE_SA_INIT, and is about to authenticate: it alone.
    private void lead(MonoTime now, Attempt winner) {
        leader.ifPresent(silent -> {
            othersDeaf = true;
            setbacks.add(
                    silent.label(),
                    "IKE_SA_INIT was answered, IKE_AUTH was not",
                    new SessionFailure.Unreachable("no answer to IKE_AUTH", ""));
        });
        List<Attempt> losers = others(winner);
        forget(now, losers);
        // those that were only slower get another chance if this one leads nowhere
        losers.reversed().stream()
                .filter(loser -> !loser.hasAgreed())
                .forEach(loser -> waiting.addFirst(loser.plan()));
        leader = Optional.of(winner);
        Duration silence = winner.roundTrip().multipliedBy(ROUND_TRIPS_OF_SILENCE);
        Duration patience = silence.compareTo(SHORTEST_SILENCE) < 0 ? SHORTEST_SILENCE : silence;
        nextStart = Optional.ofNullable(waiting.peek()).map(_ -> now.plus(patience));
    }

    /// The way of an attempt is known to work, or is the only one: there is nothing left to choose.
    private void settle(MonoTime now, Attempt winner) {
        forget(now, others(winner));
        waiting.clear();
        nextStart = Optional.empty();
        leader = Optional.of(winner);
        settled = true;
    }

    private List<Attempt> others(Attempt winner) {
        return running.stream().filter(a -> a != winner).toList();
    }

    private void forget(MonoTime now, List<Attempt> losers) {
        running.removeAll(losers);
        for (Attempt loser : losers) {
            tell(now, loser, new Input.Commanded(new Command.Abandon("another way was faster")));
        }
    }

    private void failed(MonoTime now, Attempt attempt, Optional<SessionFailure> met) {
        SessionFailure failure =
                met.orElseGet(() ->
                        new SessionFailure.LocalProblem(
                                "the attempt ended without a cause", "look into our log"));
        String trouble =
                failure instanceof SessionFailure.Unreachable
                        ? attempt.session().lastTrouble()
                        : failure.what();
        setbacks.add(attempt.label(), trouble, failure);
        if (leader.equals(Optional.of(attempt))) {
            leader = Optional.empty();
        }
        if (failure instanceof SessionFailure.LocalProblem) {
            // no other way mends what is wrong here
            finish(now, failure.what(), Optional.of(failure));
        } else if (!waiting.isEmpty()) {
            startNext(now, attempt.label() + ": " + trouble);
        } else if (running.isEmpty()) {
            finish(now, "no transport led to the peer", Optional.of(setbacks.together()));
        }
    }

    private static Optional<SessionFailure> failureIn(List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Publish(IkeEvent.IkeSaClosed(_, var failure))) {
                return failure;
            }
        }
        return Optional.empty();
    }

    private void finish(MonoTime now, String cause, Optional<SessionFailure> failure) {
        if (over) {
            return;
        }
        waiting.clear();
        nextStart = Optional.empty();
        forget(now, List.copyOf(running));
        over = true;
        publish(new IkeEvent.IkeSaClosed(cause, failure));
        out.add(new Action.End());
    }

    private void publish(IkeEvent event) {
        out.add(new Action.Publish(event));
    }
}
