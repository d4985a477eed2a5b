package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.LocalDateTime;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A gateway that was killed and started again proves to its clients that it has lost them.
@NeedsLab
@DisplayName("Quick crash detection")
class CrashIT {
    /// The start of a program, the next repetition of a request, and a busy machine. Without a token the request would be
    /// repeated for forty seconds.
    private static final Duration SOON = Duration.ofSeconds(20);

    /// Generous, for busy machines: one run with two such tests at a time on two CPUs took 0.9 s over UDP, and 1.9 s over TCP,
    /// where the client waits before it connects again.
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    @ParameterizedTest(name = "over {0}")
    @EnumSource(Way.class)
    @DisplayName(
            "kill -9 and restart of the gateway, then of the client: both times the IKE SA is resumed (E3-1, E3-4)")
    void resumed(Way way) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            CulvertConf conf =
                    way.configuration()
                            .with("resumption", "true")
                            .with("dpd-delay", "\"1s\"")
                            .withChild("start-action", "\"start\"")
                            .withChild("dpd-action", "\"restart\"");
            Parties parties = Parties.of(lab, Authentication.PSK);
            String state = lab.folder().toString();
            String gate =
                    "%s%n[daemon]%ncrash-secret = \"%s/crash.secret\"%nticket-keys = \"%s/ticket.keys\"%n"
                            .formatted(conf.gateway(parties), state, state);
            String home =
                    "%s%n[daemon]%ntickets = \"%s/tickets\"%n"
                            .formatted(conf.client(parties), state);
            CulvertDaemon firstGate = CulvertDaemon.start(road.gateway(), gate, parties.gateway());
            CulvertDaemon firstHome = CulvertDaemon.start(road.client(), home, parties.client());
            firstHome.awaitLog("carries packets", 1, SOON);

            firstGate.kill();
            CulvertDaemon gateway = CulvertDaemon.start(road.gateway(), gate, parties.gateway());
            firstHome.awaitLog("IKE SA resumed", 1, SOON);
            firstHome.awaitLog("carries packets", 2, SOON);
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);

            firstHome.kill();
            CulvertDaemon client = CulvertDaemon.start(road.client(), home, parties.client());
            client.awaitLog("IKE SA resumed", 1, SOON);
            client.awaitLog("carries packets", 1, SOON);
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            assertThat(gateway.status().ikeSas()).hasSize(1);
            // the first client was killed and could not take back its routes: there is nothing to
            // compare
            client.kill();
            gateway.stop();
        }
    }

    @ParameterizedTest(name = "over {0}")
    @EnumSource(
            value = Way.class,
            names = {"UDP", "TCP_ENCAPSULATION"})
    @DisplayName(
            "kill -9 and restart of the gateway under load: the client is back long before it would look (E5-3, E3-1)")
    void backAtOnce(Way way) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            CulvertConf conf =
                    way.configuration()
                            .with("resumption", "true")
                            .with("dpd-delay", "\"60s\"")
                            .withChild("start-action", "\"start\"")
                            .withChild("dpd-action", "\"restart\"");
            Parties parties = Parties.of(lab, Authentication.PSK);
            String state = lab.folder().toString();
            String gate =
                    "%s%n[daemon]%ncrash-secret = \"%s/crash.secret\"%nticket-keys = \"%s/ticket.keys\"%n"
                            .formatted(conf.gateway(parties), state, state);
            CulvertDaemon killed = CulvertDaemon.start(road.gateway(), gate, parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(road.client(), conf.client(parties), parties.client());
            client.awaitLog("carries packets", 1, SOON);
            RunningProcess load = Traffic.flood(road.client(), Road.PROTECTED_HOST);

            killed.kill();
            CulvertDaemon gateway = CulvertDaemon.start(road.gateway(), gate, parties.gateway());
            client.awaitLog("IKE SA resumed", 1, SOON);
            client.awaitLog("carries packets", 2, SOON);
            Duration away =
                    Duration.between(
                            time(gateway, "listening:", 1), time(client, "carries packets", 2));
            System.out.println("interop: back after " + away.toMillis() + " ms, over " + way);
            assertThat(away).isLessThan(AT_ONCE);
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            assertThat(Traffic.lost(load)).isPositive();
            client.stop();
            gateway.stop();
        }
    }

    /// When a daemon logged a text for this time.
    private static LocalDateTime time(CulvertDaemon daemon, String text, int count) {
        String line =
                daemon.log()
                        .lines()
                        .filter(l -> l.contains(text))
                        .skip(count - 1L)
                        .findFirst()
                        .orElseThrow();
        return LocalDateTime.parse(line.substring(0, line.indexOf(' ')));
    }

    @ParameterizedTest(name = "over {0}")
    @EnumSource(Way.class)
    @DisplayName(
            "kill -9 and restart of the gateway: the client ends the IKE SA by the token (E5-3)")
    void gatewayIsKilled(Way way) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            CulvertConf conf =
                    way.configuration()
                            .with("dpd-delay", "\"1s\"")
                            .with("retransmit-timeout", "\"2s\"")
                            .with("retransmit-base", "1")
                            .with("retransmit-tries", "20")
                            .with("restart-limit", "\"2s\"")
                            .withChild("dpd-action", "\"restart\"");
            Parties parties = Parties.of(lab, Authentication.PSK);
            String toml =
                    conf.gateway(parties)
                            + "\n[daemon]\ncrash-secret = \""
                            + lab.folder().resolve("crash.secret")
                            + "\"\n";
            CulvertDaemon killed = CulvertDaemon.start(road.gateway(), toml, parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(road.client(), conf.client(parties), parties.client());
            client.up(CulvertConf.CONNECTION).orFail();

            killed.kill();
            CulvertDaemon gateway = CulvertDaemon.start(road.gateway(), toml, parties.gateway());

            client.awaitLog("it showed the token of this IKE SA", 1, SOON);
            client.awaitLog("carries packets", 2, SOON);
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            assertThat(gateway.status().ikeSas()).hasSize(1);
            client.stop();
            gateway.stop();
        }
    }
}
