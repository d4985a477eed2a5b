package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.Experience;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportOrder;
import io.culvert.ipsec.value.IpPrefix;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConnectStrategyTest {
    private static final TransportOrder ORDER =
            TransportOrder.of(new TransportChoice.Udp(), new TransportChoice.TcpEncapsulation());

    @Test
    @DisplayName("by transport, then by address: IPv6 first, a quarter of a second apart")
    void families() {
        assertThat(plan(Optional.empty(), "192.0.2.1", "2001:db8::1"))
                .containsExactly(
                        "udp 2001:db8:0:0:0:0:0:1 +0",
                        "udp 192.0.2.1 +250",
                        "tcp-encapsulation 2001:db8:0:0:0:0:0:1 +300",
                        "tcp-encapsulation 192.0.2.1 +250");
    }

    @Test
    @DisplayName("what worked starts first, what is preferred to it at the same moment")
    void experienced() {
        assertThat(plan(worked(false), "192.0.2.1"))
                .containsExactly("tcp-encapsulation 192.0.2.1 +0", "udp 192.0.2.1 +0");
    }

    @Test
    @DisplayName("what was answered only half waits for its turn")
    void deaf() {
        assertThat(plan(worked(true), "192.0.2.1"))
                .containsExactly("tcp-encapsulation 192.0.2.1 +0", "udp 192.0.2.1 +300");
    }

    @Test
    @DisplayName("a name with many addresses does not mean many attempts")
    void many() {
        assertThat(
                        plan(
                                Optional.empty(),
                                "192.0.2.1",
                                "192.0.2.2",
                                "192.0.2.3",
                                "192.0.2.4",
                                "192.0.2.5",
                                "192.0.2.6"))
                .hasSize(8);
    }

    private static Optional<Experience> worked(boolean othersDeaf) {
        return Optional.of(
                new Experience(
                        new TransportChoice.TcpEncapsulation(),
                        IpPrefix.parseAddress("192.0.2.1"),
                        othersDeaf));
    }

    private static List<String> plan(Optional<Experience> experience, String... addresses) {
        List<Endpoints> candidates =
                List.of(addresses).stream()
                        .map(IpPrefix::parseAddress)
                        .map(to -> new Endpoints(to, 500, 4500, to, 500, 4500, 500, 4500))
                        .toList();
        return ConnectStrategy.plan(ORDER, candidates, experience).stream()
                .map(p ->
                        "%s %s +%d"
                                .formatted(
                                        p.transport().kind().word(),
                                        p.endpoints().remoteAddress().getHostAddress(),
                                        p.after().toMillis()))
                .toList();
    }
}
