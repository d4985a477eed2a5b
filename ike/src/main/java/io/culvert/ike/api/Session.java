package io.culvert.ike.api;

import io.culvert.ipsec.value.MonoTime;
import java.util.List;
import java.util.Optional;

/// One peering over its whole life: a pure function of its inputs. For one thread.
public interface Session {
    /// Takes in what happened and tells what is to be done, completely and in order.
    ///
    /// Never blocks, and never throws because of anything that a peer sent.
    ///
    /// @param now the time, never before that of an earlier call
    List<Action> handle(MonoTime now, Input input);

    /// When [Input.DeadlineReached] is due, unless something happens before.
    Optional<MonoTime> nextDeadline();

    /// How it stands.
    SessionStatus status();

    /// Whether it is over: [Action.End] was given.
    boolean isOver();
}
