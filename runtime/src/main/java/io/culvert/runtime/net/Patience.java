package io.culvert.runtime.net;

import io.culvert.ike.transport.StreamFraming;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.runtime.clock.Timekeeper;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// How long a connection may keep us waiting (IT-008, IT-026, IT-027, TE-044). Safe for use by many threads.
///
/// Has at most one alarm set, which looks again when it comes too early.
final class Patience {
    private final Limits limits;
    private final Timekeeper timekeeper;
    private final boolean weOpened;
    private final Consumer<String> expired;

    // guarded by this
    private Optional<StreamFraming> framing = Optional.empty();
    private MonoTime began = MonoTime.ZERO;
    private MonoTime lastActivity = MonoTime.ZERO;
    private MonoTime messageBegan = MonoTime.ZERO;
    private MonoTime unusedSince = MonoTime.ZERO;
    private MonoTime closingSince = MonoTime.ZERO;
    private boolean complete;
    private boolean midMessage;
    private boolean awaitsHeader = true;
    private boolean confirmed;
    private boolean unused;
    private boolean inputEnded;
    private boolean closing;
    private boolean responded;
    private boolean over;
    private int owed;
    private Optional<Armed> alarm = Optional.empty();

    private record Armed(MonoTime due, Timekeeper.Alarm alarm) {}

    private record Due(MonoTime time, String reason) {}

    /// @param expired told why, when it ends
    Patience(Limits limits, Timekeeper timekeeper, boolean weOpened, Consumer<String> expired) {
        this.limits = limits;
        this.timekeeper = timekeeper;
        this.weOpened = weOpened;
        this.expired = expired;
    }

    synchronized void begin() {
        began = timekeeper.now();
        lastActivity = began;
        rearm();
    }

    synchronized void framing(StreamFraming known) {
        framing = Optional.of(known);
    }

    /// Octets came.
    ///
    /// @param frames how many whole frames have come since the beginning
    /// @param messageBegins whether a message has begun with these octets that they do not complete
    /// @param mid whether a message is not complete
    /// @param header whether not even a header is complete
    synchronized void received(long frames, boolean messageBegins, boolean mid, boolean header) {
        lastActivity = timekeeper.now();
        complete = frames > 0;
        midMessage = mid;
        awaitsHeader = header;
        if (messageBegins) {
            messageBegan = lastActivity;
        }
        rearm();
    }

    /// A message is complete and about to be handed on, which may take long if its session is busy.
    ///
    /// @param request whether the peer waits for an answer
    synchronized void complete(boolean request) {
        lastActivity = timekeeper.now();
        complete = true;
        midMessage = false;
        owed += request ? 1 : 0;
    }

    /// We sent a response.
    synchronized void responded() {
        owed = Math.max(0, owed - 1);
        responded = true;
        lastActivity = timekeeper.now();
        rearm();
    }

    synchronized boolean owesAnswers() {
        return owed > 0;
    }

    synchronized boolean hasResponded() {
        return responded;
    }

    synchronized void confirmed() {
        confirmed = true;
        rearm();
    }

    synchronized void used(boolean nowUsed) {
        unused = !nowUsed;
        unusedSince = timekeeper.now();
        rearm();
    }

    synchronized void inputEnded() {
        inputEnded = true;
        midMessage = false;
        lastActivity = timekeeper.now();
        rearm();
    }

    synchronized void closing() {
        if (!closing) {
            closing = true;
            closingSince = timekeeper.now();
            rearm();
        }
    }

    synchronized void end() {
        over = true;
        alarm.ifPresent(set -> set.alarm().cancel());
        alarm = Optional.empty();
    }

    private void rearm() {
        if (over) {
            return;
        }
        Optional<Due> due = due();
        if (due.isEmpty() || (alarm.isPresent() && !due.get().time().isBefore(alarm.get().due()))) {
            return;
        }
        alarm.ifPresent(set -> set.alarm().cancel());
        MonoTime time = due.get().time();
        alarm = Optional.of(new Armed(time, timekeeper.schedule(time, this::look)));
    }

    private void look() {
        Optional<Due> due;
        synchronized (this) {
            alarm = Optional.empty();
            due = due().filter(d -> timekeeper.now().hasReached(d.time()));
            if (due.isEmpty()) {
                rearm();
                return;
            }
        }
        expired.accept(due.get().reason());
    }

    private Optional<Due> due() {
        if (closing) {
            return due(closingSince, limits.closeTime(), "closed");
        }
        if (inputEnded) {
            return due(lastActivity, limits.answerTime(), "closed by the peer");
        }
        if (!weOpened && !complete && awaitsHeader) {
            return due(began, limits.headerTime(), "nothing was said in time");
        }
        if (midMessage) {
            return due(messageBegan, limits.messageTime(), "a message was not completed in time");
        }
        return weOpened ? Optional.empty() : dueWhenIdle();
    }

    private Optional<Due> dueWhenIdle() {
        if (framing.equals(Optional.of(StreamFraming.IKE_TCP))) {
            return due(lastActivity, owed > 0 ? limits.answerTime() : limits.rawIdle(), "idle");
        }
        if (unused) {
            return due(unusedSince, limits.unusedTime(), "no longer used");
        }
        return confirmed
                ? Optional.empty()
                : due(lastActivity, limits.unconfirmedIdle(), "idle without authentication");
    }

    private static Optional<Due> due(MonoTime since, Duration patience, String reason) {
        return Optional.of(new Due(since.plus(patience), reason));
    }
}
