package io.culvert.app.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelayEndpointTest {
    @Test
    void readsEndpoints() {
        assertThat(RelayEndpoint.parse("tcp:0.0.0.0:4500"))
                .isEqualTo(
                        new RelayEndpoint(RelayEndpoint.Kind.TCP, "0.0.0.0", OptionalInt.of(4500)));
        assertThat(RelayEndpoint.parse("udp:gateway.example.org").portOrUsual()).isEqualTo(4500);
        assertThat(RelayEndpoint.parse("udp:[2001:db8::1]:500").host()).isEqualTo("2001:db8::1");
        assertThat(RelayEndpoint.parse("udp:[::1]:500")).hasToString("udp:[::1]:500");
        assertThat(RelayEndpoint.parse("udp:[::1]")).hasToString("udp:[::1]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tcp",
                "tcp:",
                "udp:::1",
                "udp:a:",
                "udp:a:99999",
                "sctp:a:1",
                "udp:[]:1"
            })
    void explainsWhatIsNone(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RelayEndpoint.parse(text))
                .withMessageMatching("(?s).*(write|at most).*");
    }

    @Test
    void explainsSettingsThatMakeNoSense() {
        RelayEndpoint tcp = RelayEndpoint.parse("tcp:127.0.0.1:4500");
        RelayEndpoint udp = RelayEndpoint.parse("udp:127.0.0.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RelaySettings.of(List.of(), udp))
                .withMessageContaining("listens somewhere");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RelaySettings.of(List.of(tcp), tcp))
                .withMessageContaining("udp:");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RelaySettings.of(List.of(RelayEndpoint.parse("tcp:a")), udp))
                .withMessageContaining("write the port");
    }
}
