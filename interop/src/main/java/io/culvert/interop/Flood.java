package io.culvert.interop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A hundred echo requests a second through a tunnel, each of which has to be answered once.
///
/// The requests after the last one that was answered had no time for it, so they do not count. A sender that comes late,
/// as happens on a busy machine, may make up for it with three at once.
public final class Flood implements AutoCloseable {
    private static final Duration SETTLE = Duration.ofSeconds(20);

    /// Sequence numbers have 16 bits.
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private static final Pattern ANSWER =
            Pattern.compile("^\\[([0-9.]+)] .*icmp_seq=(\\d+) ttl=.*", Pattern.MULTILINE);

    private final RunningProcess ping;

    private Flood(RunningProcess ping) {
        this.ping = ping;
    }

    /// Starts to send, until [#answers] or the end of the lab, and waits for the first answer.
    public static Flood start(Host from, String address) {
        return start(from, address, LONGEST);
    }

    /// The same for so long only.
    public static Flood start(Host from, String address, Duration time) {
        RunningProcess ping =
                from.start(
                        "flood",
                        Map.of(),
                        List.of(
                                "ping",
                                "-n",
                                "-D",
                                "-i",
                                "0.01",
                                "-l",
                                "3",
                                "-w",
                                Long.toString(time.toSeconds()),
                                address));
        ping.awaitText("bytes from", SETTLE);
        return new Flood(ping);
    }

    /// Waits until the time is over.
    ///
    /// @param limit the time, and some more for a busy machine
    public Flood awaitEnd(Duration limit) {
        ping.await(limit);
        return this;
    }

    /// Ends it, and tells which requests were not answered and which more than once, and when.
    public Answers answers() {
        Finished ended = ping.isAlive() ? ping.interrupt(SETTLE) : ping.await(SETTLE);
        return Answers.of(ended.output());
    }

    @Override
    public void close() {
        ping.close();
    }

    /// What ping has received.
    ///
    /// @param count the number of requests that were answered
    /// @param faults which were not answered or more than once, and at what time; empty if all is well
    public record Answers(int count, List<String> faults) {

        /// Copies the list.
        public Answers {
            faults = List.copyOf(faults);
        }

        private static Answers of(String output) {
            NavigableMap<Integer, String> times = new TreeMap<>();
            List<String> faults = new ArrayList<>();
            Matcher answer = ANSWER.matcher(output);
            while (answer.find()) {
                int number = Integer.parseInt(answer.group(2));
                if (times.put(number, answer.group(1)) != null) {
                    faults.add("%d twice at %s".formatted(number, answer.group(1)));
                }
            }
            int expected = 1;
            for (Map.Entry<Integer, String> next : times.entrySet()) {
                if (next.getKey() > expected) {
                    faults.add(
                            "%d to %d lost before %s"
                                    .formatted(expected, next.getKey() - 1, next.getValue()));
                }
                expected = next.getKey() + 1;
            }
            return new Answers(times.size(), faults);
        }
    }
}
