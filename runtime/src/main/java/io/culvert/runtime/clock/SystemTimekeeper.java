package io.culvert.runtime.clock;

import io.culvert.ipsec.value.MonoTime;
import java.lang.System.Logger.Level;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The clock of the machine, with one thread for all alarms.
public final class SystemTimekeeper implements Timekeeper, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SystemTimekeeper.class.getName());

    private final ScheduledThreadPoolExecutor executor;

    /// Starts the thread.
    public SystemTimekeeper() {
        executor =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("culvert-alarms").factory());
        executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public MonoTime now() {
        return new MonoTime(System.nanoTime());
    }

    @Override
    public Alarm schedule(MonoTime due, Runnable task) {
        try {
            Future<?> future =
                    executor.schedule(
                            () -> run(task), due.nanos() - System.nanoTime(), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException closed) {
            return () -> {};
        }
    }

    /// Forgets all alarms and ends the thread.
    @Override
    public void close() {
        executor.shutdownNow();
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | AssertionError failure) {
            LOG.log(Level.ERROR, "an alarm failed", failure);
        }
    }
}
