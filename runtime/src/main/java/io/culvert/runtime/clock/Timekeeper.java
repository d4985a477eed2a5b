package io.culvert.runtime.clock;

import io.culvert.ipsec.value.MonoTime;

/// Tells the time and wakes at a time. Safe for use by many threads.
public interface Timekeeper {
    /// Now.
    MonoTime now();

    /// Runs `task` at `due`, or soon after; at once if that is past.
    ///
    /// @param task must not block: other alarms wait for it
    Alarm schedule(MonoTime due, Runnable task);

    /// A task that waits for its time.
    @FunctionalInterface
    interface Alarm {
        /// Forgets the task unless it has begun.
        void cancel();
    }
}
