package io.culvert.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.app.control.ExitCode;
import io.culvert.app.control.Json;
import io.culvert.app.pki.KeyKind;
import io.culvert.ike.transport.TransportKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class DemoTest {
    private static JsonNode run(TransportKind transport, Optional<KeyKind> keys) throws Exception {
        DemoJson view = new DemoJson();
        ExitCode exit = Demo.run(new Demo.Options(transport, keys, 3), view);
        return Json.parse(view.text(exit));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("pings come back over every transport, unprivileged and in one process")
    void pingsOverEveryTransport(TransportKind transport) throws Exception {
        JsonNode demo = run(transport, Optional.empty());
        assertThat(demo.path("exit").asInt()).as(demo.toString()).isZero();
        assertThat(demo.path("ping-ms")).hasSize(3).allMatch(JsonNode::isNumber);
        assertThat(demo.path("esp-packets-out").asInt()).isEqualTo(3);
        assertThat(demo.path("esp-packets-in").asInt()).isEqualTo(3);
        assertThat(demo.path("ike").path("transport").asString()).isEqualTo(transport.word());
        List<String> carried =
                demo.path("messages")
                        .valueStream()
                        .filter(m -> !m.path("exchange").asString().equals("INFORMATIONAL"))
                        .map(m -> m.path("transport").asString())
                        .toList();
        assertThat(carried).hasSize(4).containsOnly(transport.word());
        assertThat(demo.path("esp").path("transport").asString())
                .startsWith(
                        transport == TransportKind.TCP_ENCAPSULATION
                                ? "the same TCP connection"
                                : "udp to port ");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("every kind of certificate proves both sides")
    void provesByEveryKindOfKey(KeyKind keys) throws Exception {
        JsonNode demo = run(TransportKind.UDP, Optional.of(keys));
        assertThat(demo.path("exit").asInt()).as(demo.toString()).isZero();
        assertThat(demo.path("authentication").asString()).startsWith("certificates, ");
    }

    @Test
    @DisplayName("the ladder is aligned, wrapped to the terminal, and plain where there is none")
    void drawsLadder() {
        StringWriter out = new StringWriter();
        DemoText text = new DemoText(new PrintWriter(out), new DemoText.Style(70, false, false));
        text.passed(
                new DemoReport.Rung(
                        Duration.ofNanos(1_234_000),
                        true,
                        "IKE_SA_INIT",
                        true,
                        0,
                        "ike-tcp",
                        500,
                        452,
                        "SA KE Ni N(NAT_DETECTION_SOURCE_IP) N(COOKIE)",
                        false));
        text.passed(
                new DemoReport.Rung(
                        Duration.ofMillis(20),
                        false,
                        "INFORMATIONAL",
                        false,
                        12,
                        "udp",
                        4500,
                        57,
                        "",
                        true));
        assertThat(out.toString())
                .isEqualTo(
                        """
                               ms  client gateway  message                  octets  transport
                             1.23  o------------>  IKE_SA_INIT request 0       452  ike-tcp, port 500
                                                   SA KE Ni N(NAT_DETECTION_SOURCE_IP)
                                                   N(COOKIE)
                            20.00  <------------o  INFORMATIONAL response 12     57  udp, port 4500, again
                                                   (no payloads)
                        """);
    }
}
