package io.culvert.interop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// ICMP and TCP load between hosts.
public final class Traffic {
    private static final Pattern RECEIVED =
            Pattern.compile("(\\d+) packets transmitted, (\\d+) received");
    private static final Duration SETTLE = Duration.ofSeconds(10);
    private static final int NOTHING_SENT = 2;
    private static final int USUAL_PAYLOAD = 56;

    private Traffic() {}

    /// Fails unless every one of this many echo requests, five a second, is answered within ten seconds.
    ///
    /// Given a count alone, ping waits for the last answer only twice as long as the others took: too short on a busy
    /// machine. Given a deadline too, it goes on until it has so many answers; so the numbers tell which were lost.
    public static void pingAll(Host from, String address, int count) {
        Finished ping =
                from.run(
                        "ping",
                        "-n",
                        "-c",
                        Integer.toString(count),
                        "-i",
                        "0.2",
                        "-w",
                        Long.toString(SETTLE.toSeconds()),
                        address);
        for (int i = 1; i <= count; i++) {
            if (!ping.output().contains("icmp_seq=" + i + " ttl=")) {
                throw new AssertionError(
                        ping
                                + from.run("ip", "-s", "link").output()
                                + from.run("ip", "route", "show", "table", "all").output());
            }
        }
    }

    /// The number of echo replies to this many requests, five a second; zero if the host has no route.
    public static int ping(Host from, String address, int count) {
        return ping(from, address, count, USUAL_PAYLOAD);
    }

    /// The same with a payload of so many octets, which may have to be cut on the way.
    public static int ping(Host from, String address, int count, int payload) {
        return received(echo(from, address, count, payload));
    }

    /// Starts a hundred echo requests a second, until [#lost] or the end of the lab; ends by itself after 5 minutes.
    public static RunningProcess flood(Host from, String address) {
        RunningProcess ping =
                from.start(
                        "ping",
                        Map.of(),
                        List.of("ping", "-n", "-i", "0.01", "-w", "300", address));
        ping.awaitText("bytes from", SETTLE);
        return ping;
    }

    /// Ends such a ping, and tells how many requests were not answered; the last one had no time for it.
    public static int lost(RunningProcess flood) {
        Finished ping = flood.interrupt(SETTLE);
        Matcher matcher = RECEIVED.matcher(ping.output());
        if (!matcher.find()) {
            throw new AssertionError(ping.toString());
        }
        int missing = Integer.parseInt(matcher.group(1)) - Integer.parseInt(matcher.group(2));
        return missing <= 1 ? 0 : missing;
    }

    private static Finished echo(Host from, String address, int count, int payload) {
        return from.run(
                "ping",
                "-n",
                "-c",
                Integer.toString(count),
                "-i",
                "0.2",
                "-W",
                "2",
                "-s",
                Integer.toString(payload),
                address);
    }

    private static int received(Finished ping) {
        if (ping.exitCode() == NOTHING_SENT && ping.errors().contains("unreachable")) {
            return 0;
        }
        Matcher matcher = RECEIVED.matcher(ping.output());
        if (!matcher.find()) {
            throw new AssertionError(ping.toString());
        }
        return Integer.parseInt(matcher.group(2));
    }

    /// Runs iperf3 over TCP and gives the bits per second that arrived.
    ///
    /// @param toClient whether data flow from the server to the client
    public static double iperf(
            Host client, Host server, String serverAddress, Duration time, boolean toClient) {
        try (RunningProcess listening =
                server.start(
                        "iperf3",
                        Map.of(),
                        List.of("iperf3", "-s", "-1", "--forceflush", "-B", serverAddress))) {
            listening.awaitText("Server listening", SETTLE);
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    "iperf3",
                                    "-J",
                                    "-c",
                                    serverAddress,
                                    "-t",
                                    Long.toString(time.toSeconds())));
            if (toClient) {
                command.add("-R");
            }
            String json = client.run(Map.of(), time.plusSeconds(20), command).orFail().output();
            JsonNode end = JsonMapper.shared().readTree(json).path("end");
            return end.path("sum_received").path("bits_per_second").asDouble();
        }
    }
}
