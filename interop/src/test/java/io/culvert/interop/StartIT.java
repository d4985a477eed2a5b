package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What a daemon says that cannot start, and that the next one can.
@NeedsLab
@DisplayName("Start")
class StartIT {
    private static final int FAILED = 1;

    @Test
    @DisplayName("Ports in use: exit code 1, the port is named, and no device or socket is left")
    void portsInUse() {
        try (Lab lab = Lab.open()) {
            Host host = lab.host("gateway");
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan.start(host, SwanctlConf.USUAL.gateway(parties), parties.gateway());
            List<String> devices = host.devices();
            String network = host.networkState();
            Path socket = host.folder().resolve("control.sock");

            Finished daemon = CulvertDaemon.command(host, daemon(host, socket, parties));

            assertThat(daemon.exitCode()).as(daemon.toString()).isEqualTo(FAILED);
            assertThat(daemon.errors()).contains("500").contains("in use");
            assertThat(daemon.output()).doesNotContain("culvert ready");
            assertThat(host.devices()).isEqualTo(devices);
            assertThat(host.networkState()).isEqualTo(network);
            assertThat(socket).doesNotExist();
        }
    }

    @Test
    @DisplayName(
            "No permission for a TUN device: exit code 1, the capability is named, and nothing is left")
    void noPermissionForTun() throws IOException {
        try (Lab lab = Lab.open()) {
            Host host = lab.host("gateway");
            Finished version = CulvertDaemon.commandAs(host, "nobody", List.of("--version"));
            assumeThat(version.exitCode()).as("the checkout and the JDK are open to all").isZero();
            Parties parties = Parties.of(lab, Authentication.PSK);
            // everything is allowed but the device: nobody may use the ports, the folder and the
            // file
            host.run("sysctl", "-q", "-w", "net.ipv4.ip_unprivileged_port_start=0").orFail();
            Path socket = host.folder().resolve("control.sock");
            List<String> arguments = daemon(host, socket, parties);
            open(lab.folder());
            open(host.folder());
            open(host.folder().resolve("culvert.toml"));
            String network = host.networkState();

            Finished daemon = CulvertDaemon.commandAs(host, "nobody", arguments);

            assertThat(daemon.exitCode()).as(daemon.toString()).isEqualTo(FAILED);
            assertThat(daemon.errors()).contains("CAP_NET_ADMIN");
            assertThat(host.devices()).isEmpty();
            assertThat(host.networkState()).isEqualTo(network);
            assertThat(socket).doesNotExist();
        }
    }

    @Test
    @DisplayName("After SIGKILL the next daemon takes the stale socket, and its tunnel works")
    void afterKill() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan.start(road.gateway(), SwanctlConf.USUAL.gateway(parties), parties.gateway());
            String toml = CulvertConf.UDP.client(parties);
            CulvertDaemon first = CulvertDaemon.start(road.client(), toml, parties.client());
            first.up(CulvertConf.CONNECTION).orFail();
            first.kill();
            assertThat(road.client().devices()).doesNotContain(CulvertConf.DEVICE);

            CulvertDaemon second = CulvertDaemon.start(road.client(), toml, parties.client());
            second.up(CulvertConf.CONNECTION).orFail();
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            second.stop();
        }
    }

    private static List<String> daemon(Host host, Path socket, Parties parties) {
        Path file = host.write("culvert.toml", CulvertConf.UDP.gateway(parties));
        return List.of("daemon", "--config", file.toString(), "--control", socket.toString());
    }

    private static void open(Path path) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
}
