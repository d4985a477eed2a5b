package io.culvert.runtime.embed;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Session;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ike.auth.Identity;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.MonoTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// A session that does what a test says, and checks that it is used by one thread at a time.
final class ScriptedSession implements Session {
    private final Optional<IkeSpi> ours;
    private final BlockingQueue<Input> inputs = new LinkedBlockingQueue<>();
    private volatile Function<Input, List<Action>> script = _ -> List.of();
    private volatile Optional<MonoTime> deadline = Optional.empty();
    private volatile boolean established;
    private volatile boolean obedient = true;
    private volatile Identity peer = Identity.parse("peer.example.org");
    private volatile boolean inside;
    private volatile boolean over;
    private MonoTime latest = new MonoTime(Long.MIN_VALUE / 2);

    ScriptedSession(Optional<IkeSpi> ours) {
        this.ours = ours;
    }

    /// Says what to do from now on; `End` among the actions ends the session.
    void does(Function<Input, List<Action>> newScript) {
        script = newScript;
    }

    /// Does not end when it is told to, unless the script says so.
    void disobey() {
        obedient = false;
    }

    void establishedWith(Identity identity) {
        peer = identity;
        established = true;
    }

    /// Wants to be called at a time, from its next input on.
    void deadline(Optional<MonoTime> time) {
        deadline = time;
    }

    IkeSpi ours() {
        return ours.orElseThrow();
    }

    /// The next input that came.
    Input next() throws InterruptedException {
        Input next = inputs.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("an input in time").isNotNull();
        return next;
    }

    /// The next input that came, of a kind.
    <T extends Input> T next(Class<T> kind) throws InterruptedException {
        Input next = next();
        assertThat(next).isInstanceOf(kind);
        return kind.cast(next);
    }

    boolean hasNext() {
        return !inputs.isEmpty();
    }

    @Override
    public List<Action> handle(MonoTime now, Input input) {
        assertThat(inside).as("two threads in one session").isFalse();
        inside = true;
        try {
            assertThat(now.isBefore(latest)).as("time goes back").isFalse();
            latest = now;
            // a test that has seen an input may change the script for the next
            Function<Input, List<Action>> current = script;
            inputs.add(input);
            if (input instanceof Input.DeadlineReached) {
                deadline = Optional.empty();
            }
            List<Action> actions = new ArrayList<>(current.apply(input));
            if (obedient && isLastWish(input)) {
                actions.add(new Action.End());
            }
            over |= actions.stream().anyMatch(Action.End.class::isInstance);
            return actions;
        } finally {
            inside = false;
        }
    }

    private static boolean isLastWish(Input input) {
        return input instanceof Input.Commanded(Command.Terminate _)
                || input instanceof Input.Commanded(Command.Abandon _);
    }

    @Override
    public Optional<MonoTime> nextDeadline() {
        return deadline;
    }

    @Override
    public SessionStatus status() {
        return new SessionStatus(
                Optional.of("scripted"),
                "Scripted",
                ours.isEmpty(),
                IkeSpi.ZERO,
                ours.orElse(IkeSpi.ZERO),
                Optional.of(Identity.parse("us.example.org")),
                Optional.of(peer),
                Optional.empty(),
                Optional.empty(),
                "the test says so",
                MonoTime.ZERO,
                Optional.empty(),
                false,
                false,
                List.of(),
                false,
                established ? Optional.of(MonoTime.ZERO) : Optional.empty(),
                Optional.empty(),
                List.of());
    }

    @Override
    public boolean isOver() {
        return over;
    }
}
