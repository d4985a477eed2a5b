package io.culvert.app.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress OTHER = InetAddress.ofLiteral("192.0.2.2");

    private final RelayFixture.Clock clock = new RelayFixture.Clock();

    @Test
    @DisplayName("A source that comes too fast waits, and takes nothing from the others")
    void rates() {
        Admission admission = new Admission(RelayBounds.DEFAULT.withRates(10, 2), clock);
        for (int i = 0; i < 4; i++) {
            assertThat(admission.admit(ONE)).isEmpty();
        }
        for (int i = 0; i < 100; i++) {
            assertThat(admission.admit(ONE)).contains(Admission.Refusal.CLIENTS_OF_SOURCE_TOO_FAST);
        }
        assertThat(admission.admit(OTHER)).isEmpty();
        clock.advance(Duration.ofMillis(500));
        assertThat(admission.admit(ONE)).isEmpty();
        assertThat(admission.admit(ONE)).isPresent();
    }

    @Test
    @DisplayName("All together come no faster than the relay takes them")
    void rateOfAll() {
        Admission admission = new Admission(RelayBounds.DEFAULT.withRates(3, 2), clock);
        for (int i = 1; i <= 6; i++) {
            assertThat(admission.admit(InetAddress.ofLiteral("192.0.2." + i))).isEmpty();
        }
        assertThat(admission.admit(OTHER)).isPresent();
        assertThat(admission.admit(InetAddress.ofLiteral("192.0.2.99")))
                .contains(Admission.Refusal.CLIENTS_TOO_FAST);
    }

    @Test
    @DisplayName("An IPv6 /64 is one source; who left makes room")
    void caps() {
        Admission admission = new Admission(RelayBounds.DEFAULT.withClients(3, 2), clock);
        InetAddress first = InetAddress.ofLiteral("2001:db8::1");
        InetAddress second = InetAddress.ofLiteral("2001:db8::2");
        assertThat(admission.admit(first)).isEmpty();
        assertThat(admission.admit(second)).isEmpty();
        assertThat(admission.admit(InetAddress.ofLiteral("2001:db8::3")))
                .contains(Admission.Refusal.TOO_MANY_CLIENTS_OF_SOURCE);
        assertThat(admission.admit(ONE)).isEmpty();
        assertThat(admission.admit(OTHER)).contains(Admission.Refusal.TOO_MANY_CLIENTS);
        admission.left(first);
        assertThat(admission.admit(second)).isEmpty();
    }

    @Test
    @DisplayName("Sources without clients are forgotten once their rate has recovered")
    void forgets() {
        Admission admission = new Admission(RelayBounds.DEFAULT, clock);
        assertThat(admission.admit(ONE)).isEmpty();
        admission.left(ONE);
        admission.sweep();
        assertThat(admission.sources()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(1));
        admission.sweep();
        assertThat(admission.sources()).isZero();
    }
}
