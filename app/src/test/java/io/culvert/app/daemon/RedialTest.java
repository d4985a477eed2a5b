package io.culvert.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.app.config.Settings.RestartSettings;
import io.culvert.app.control.ExitCode;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.runtime.clock.Timekeeper;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Calling again, on a clock that stands until it is moved.
class RedialTest {
    private static final String HOME = "home";
    private static final RestartSettings ALWAYS =
            new RestartSettings(true, true, Duration.ofSeconds(1), Duration.ofSeconds(20));
    private static final RestartSettings NEVER =
            new RestartSettings(false, false, Duration.ofSeconds(1), Duration.ofSeconds(20));

    private final Alarms clock = new Alarms();
    private final List<String> calls = new ArrayList<>();
    private final Deque<ExitCode> results = new ArrayDeque<>();

    private Redial redial(RestartSettings settings) {
        return new Redial(
                Map.of(HOME, settings),
                clock,
                new Random(7),
                Runnable::run,
                connection -> {
                    calls.add(connection);
                    return results.removeFirst();
                });
    }

    @Test
    @DisplayName("A lost connection is called once, soon")
    void callsOnce() {
        Redial redial = redial(ALWAYS);
        redial.wanted(HOME);
        redial.reached(HOME);
        redial.lost(HOME);
        redial.lost(HOME);
        assertThat(redial.next(HOME).orElseThrow())
                .isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
        results.add(ExitCode.DONE);
        clock.advance(Duration.ofHours(1));
        assertThat(calls).containsExactly(HOME);
        assertThat(redial.next(HOME)).isEmpty();
    }

    @Test
    @DisplayName(
            "A peer that has proved its restart is called at once, and if that fails as any other")
    void callsAtOnce() {
        Redial redial = redial(ALWAYS);
        redial.wanted(HOME);
        redial.reached(HOME);
        redial.restarted(HOME);
        assertThat(redial.next(HOME)).contains(Duration.ZERO);
        results.add(ExitCode.UNREACHABLE);
        clock.advance(Duration.ZERO);
        assertThat(calls).containsExactly(HOME);
        assertThat(redial.next(HOME).orElseThrow())
                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @Test
    @DisplayName("Pauses double up to the limit, each shortened by at most half, and start anew")
    void pausesGrow() {
        Redial redial = redial(ALWAYS);
        redial.wanted(HOME);
        redial.lost(HOME);
        for (int longest : new int[] {1, 2, 4, 8, 16, 20, 20}) {
            Duration pause = redial.next(HOME).orElseThrow();
            assertThat(pause)
                    .isBetween(Duration.ofMillis(longest * 500L), Duration.ofSeconds(longest));
            results.add(ExitCode.UNREACHABLE);
            clock.advance(pause);
        }
        assertThat(calls).hasSize(7);
        redial.reached(HOME);
        assertThat(redial.next(HOME)).isEmpty();
        redial.lost(HOME);
        assertThat(redial.next(HOME).orElseThrow()).isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    @DisplayName("What only a person can mend waits for the longest pause at once")
    void hopelessWaitsLong() {
        Redial redial = redial(ALWAYS);
        redial.wanted(HOME);
        redial.failed(HOME, ExitCode.AUTHENTICATION);
        assertThat(redial.next(HOME).orElseThrow()).isGreaterThanOrEqualTo(Duration.ofSeconds(10));
    }

    @Test
    @DisplayName("After it was taken down nobody calls, also when the call was planned already")
    void takenDown() {
        Redial redial = redial(ALWAYS);
        redial.wanted(HOME);
        redial.lost(HOME);
        redial.unwanted(HOME);
        assertThat(redial.next(HOME)).isEmpty();
        redial.closed(HOME);
        redial.failed(HOME, ExitCode.UNREACHABLE);
        clock.advance(Duration.ofHours(1));
        assertThat(calls).isEmpty();
    }

    @Test
    @DisplayName("A call that fails after it was taken down plans no other")
    void takenDownDuringTheCall() {
        List<Redial> self = new ArrayList<>();
        Redial redial =
                new Redial(
                        Map.of(HOME, ALWAYS),
                        clock,
                        new Random(7),
                        Runnable::run,
                        connection -> {
                            calls.add(connection);
                            self.getFirst().unwanted(connection);
                            return ExitCode.UNREACHABLE;
                        });
        self.add(redial);
        redial.wanted(HOME);
        redial.lost(HOME);
        clock.advance(Duration.ofHours(1));
        assertThat(calls).containsExactly(HOME);
        assertThat(redial.next(HOME)).isEmpty();
    }

    @Test
    @DisplayName("dpd-action = clear and close-action = none leave it down")
    void notConfigured() {
        Redial redial = redial(NEVER);
        redial.wanted(HOME);
        redial.lost(HOME);
        redial.closed(HOME);
        redial.failed(HOME, ExitCode.UNREACHABLE);
        redial.lost("another");
        clock.advance(Duration.ofHours(1));
        assertThat(calls).isEmpty();
    }

    @Test
    @DisplayName("Closing forgets what was planned")
    void closeForgets() {
        Redial redial = redial(ALWAYS);
        redial.wanted(HOME);
        redial.lost(HOME);
        redial.close();
        redial.wanted(HOME);
        redial.lost(HOME);
        clock.advance(Duration.ofHours(1));
        assertThat(calls).isEmpty();
    }

    /// A clock that moves when told.
    private static final class Alarms implements Timekeeper {
        private MonoTime now = MonoTime.ZERO;
        private final List<Planned> planned = new ArrayList<>();

        private record Planned(MonoTime due, Runnable task) {}

        @Override
        public MonoTime now() {
            return now;
        }

        @Override
        public Alarm schedule(MonoTime due, Runnable task) {
            Planned alarm = new Planned(due, task);
            planned.add(alarm);
            return () -> planned.remove(alarm);
        }

        void advance(Duration time) {
            now = now.plus(time);
            for (Planned alarm : List.copyOf(planned)) {
                if (now.hasReached(alarm.due()) && planned.remove(alarm)) {
                    alarm.task().run();
                }
            }
        }
    }
}
