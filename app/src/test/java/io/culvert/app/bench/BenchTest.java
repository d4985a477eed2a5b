package io.culvert.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ike.auth.SharedKeys;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.dataplane.EspTransform;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchTest {
    private static final Duration BRIEF = Duration.ofMillis(300);

    @ParameterizedTest
    @EnumSource(TransportKind.class)
    @DisplayName("Handshakes are counted over every transport, with and without a Child SA")
    void handshakes(TransportKind transport) throws Exception {
        boolean child = transport != TransportKind.UDP;
        Parties parties = new Parties(transport, Parties.PROPOSAL, child);
        List<String> steps = new ArrayList<>();
        HandshakeSpeed.Found found =
                HandshakeSpeed.measure(
                        new HandshakeSpeed.Options(parties, new JdkCrypto(), BRIEF, 2),
                        (what, _, _) -> steps.add(what));
        assertThat(found.handshakes()).isPositive();
        assertThat(found.perSecond())
                .isEqualTo(found.handshakes() / (found.took().toNanos() / 1e9));
        assertThat(found.responding()).isPositive();
        assertThat(found.json().get("transport").asString()).isEqualTo(transport.word());
        assertThat(found.json().get("child").asBoolean()).isEqualTo(child);
        assertThat(found.lines().getFirst()).contains(transport.word(), Parties.PROPOSAL);
        assertThat(steps).contains("warming up", "measuring");
    }

    @Test
    @DisplayName("A gateway elsewhere is called, and every handshake with it is counted")
    void load() throws Exception {
        Parties parties = new Parties(TransportKind.UDP, Parties.PROPOSAL, true);
        LongAdder responding = new LongAdder();
        try (Loopback gateway =
                Loopback.open(
                        new JdkCrypto(),
                        parties.keys(),
                        List.of(parties.gateway()),
                        sessions -> new TimedSessions(sessions, responding))) {
            HandshakeLoad.Found found =
                    HandshakeLoad.measure(
                            new HandshakeLoad.Options(
                                    parties.client(7),
                                    parties.keys(),
                                    gateway.asRemote(),
                                    new JdkCrypto(),
                                    BRIEF,
                                    2),
                            Progress.NONE);
            assertThat(found.handshakes()).isPositive();
            assertThat(responding.sum()).isPositive();
            assertThat(found.json().get("handshakes").asLong()).isEqualTo(found.handshakes());
            assertThat(found.lines().getFirst()).contains("127.0.0.1", "client");
        }
    }

    @Test
    @DisplayName("A gateway that refuses ends the calls with its reason")
    void loadRefused() throws Exception {
        Parties parties = new Parties(TransportKind.UDP, Parties.PROPOSAL, true);
        try (Loopback gateway =
                Loopback.open(
                        new JdkCrypto(),
                        new SharedKeys(List.of()),
                        List.of(parties.gateway()),
                        UnaryOperator.identity())) {
            var options =
                    new HandshakeLoad.Options(
                            parties.client(7),
                            parties.keys(),
                            gateway.asRemote(),
                            new JdkCrypto(),
                            BRIEF,
                            1);
            assertThatThrownBy(() -> HandshakeLoad.measure(options, Progress.NONE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a handshake failed");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("The heap of idle SAs is counted, and the first and last of them are timed")
    void memory(boolean child) throws Exception {
        IdleSas.Found found =
                IdleSas.measure(new IdleSas.Options(300, child, new JdkCrypto()), Progress.NONE);
        // how much it is says nothing in a process where other tests leave garbage
        assertThat(found.heapOctetsEach()).isEqualTo(found.heapOctets() / 300);
        assertThat(found.firstNanos()).isPositive();
        assertThat(found.lastNanos()).isPositive();
        assertThat(found.json().get("heap-octets-per-sa").asLong())
                .isEqualTo(found.heapOctetsEach());
    }

    @Test
    @DisplayName("The data plane carries packets of every size without a loss")
    void dataPlane() throws Exception {
        var transform =
                new EspTransform(
                        EncryptionAlgorithm.AES_GCM_16, 128, IntegrityAlgorithm.NONE, true);
        DataPlaneSpeed.Found found =
                DataPlaneSpeed.measure(
                        new DataPlaneSpeed.Options(
                                transform, new JdkCrypto(), Duration.ofMillis(100)),
                        Progress.NONE);
        assertThat(found.rows())
                .extracting(DataPlaneSpeed.Row::octets)
                .containsExactly(64, 512, 1400);
        assertThat(found.rows())
                .allSatisfy(row -> {
                    assertThat(row.sealNanos()).isPositive();
                    assertThat(row.bothNanos()).isPositive();
                });
        assertThat(found.json().get("sizes").size()).isEqualTo(3);
    }
}
