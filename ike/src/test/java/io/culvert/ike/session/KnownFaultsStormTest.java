package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.wire.Delete;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ipsec.value.Spi;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// A peer that was authenticated asks for SAs as fast as it can: what it makes us hold is bounded.
class KnownFaultsStormTest {
    private static final ExchangeType CREATE = ExchangeType.CREATE_CHILD_SA;
    private static final ExchangeType INFORMATIONAL = ExchangeType.INFORMATIONAL;
    private static final int STORM = 300;
    private static final int MOST_CHILDREN = IkeSaLimits.DEFAULT.mostChildren();

    @Test
    @DisplayName("further Child SAs without end: as many as configured, then NO_ADDITIONAL_SAS")
    void childSas() {
        HostileClient client = HostileClient.established();
        int refused = 0;
        for (int i = 0; i < STORM; i++) {
            String answer = client.notationOf(CREATE, client.childRequest());
            refused += answer.equals("N(NO_ADDITIONAL_SAS)") ? 1 : 0;
        }

        assertThat(client.pair.gateway.children.size()).isEqualTo(MOST_CHILDREN);
        assertThat(refused).isEqualTo(STORM - (MOST_CHILDREN - 1));
        assertThat(client.pair.gateway.heldSpis.size()).isLessThanOrEqualTo(MOST_CHILDREN + 1);

        // one that goes makes place for one
        client.answerTo(INFORMATIONAL, List.of(Delete.childSas(List.of(client.newest()))));
        assertThat(client.notationOf(CREATE, client.childRequest())).isEqualTo("SA Nonce TSi TSr");
    }

    @Test
    @DisplayName("rekeying after rekeying without a delete: no more than twice as many")
    void rekeyingWithoutDelete() {
        HostileClient client = HostileClient.established();
        for (int i = 0; i < STORM; i++) {
            client.answerTo(CREATE, client.rekeyRequest(client.newest()));
        }

        assertThat(client.pair.gateway.children.size()).isLessThanOrEqualTo(2 * MOST_CHILDREN);
        assertThat(client.answerTo(INFORMATIONAL, List.of())).isEmpty();
    }

    @Test
    @DisplayName("rekeying and deleting without end: few of those that are gone still receive")
    void rekeyingAndDelete() {
        HostileClient client = HostileClient.established();
        for (int i = 0; i < STORM; i++) {
            Spi old = client.newest();
            assertThat(client.notationOf(CREATE, client.rekeyRequest(old)))
                    .isEqualTo("SA Nonce TSi TSr");
            client.answerTo(INFORMATIONAL, List.of(Delete.childSas(List.of(old))));
        }

        assertThat(client.pair.gateway.children.size()).isLessThanOrEqualTo(2 * MOST_CHILDREN);
        client.pair.advance(Duration.ofSeconds(10));
        assertThat(client.pair.gateway.children.size()).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "rekeying of the IKE SA without a delete: few are kept, then TEMPORARY_FAILURE (IK-107)")
    void ikeRekeyingWithoutDelete() {
        HostileClient client = HostileClient.established();
        int refused = 0;
        for (int i = 0; i < STORM; i++) {
            String answer = client.notationOf(CREATE, client.ikeRekeyRequest());
            if (answer.equals("N(TEMPORARY_FAILURE)")) {
                refused++;
            } else {
                assertThat(answer).isEqualTo("SA Nonce KE");
                client.followRekeying();
            }
        }

        assertThat(refused).isGreaterThan(STORM / 2);
        assertThat(client.pair.gateway.bound.size()).isLessThan(20);
        assertThat(client.answerTo(INFORMATIONAL, List.of())).isEmpty();
    }

    @Test
    @DisplayName("rekeying of the IKE SA and a delete of the old one, without end: few are kept")
    void ikeRekeyingAndDelete() {
        HostileClient client = HostileClient.established();
        for (int i = 0; i < STORM; i++) {
            assertThat(client.notationOf(CREATE, client.ikeRekeyRequest()))
                    .isEqualTo("SA Nonce KE");
            assertThat(client.answerTo(INFORMATIONAL, List.of(Delete.ikeSa()))).isEmpty();
            client.followRekeying();
        }

        assertThat(client.pair.gateway.bound.size()).isLessThan(20);
        assertThat(client.answerTo(INFORMATIONAL, List.of())).isEmpty();
        assertThat(client.pair.gateway.children.size()).isEqualTo(1);
    }
}
