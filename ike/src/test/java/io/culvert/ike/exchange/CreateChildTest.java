package io.culvert.ike.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.Lifespan;
import io.culvert.ike.api.SelectorTemplate;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.Role;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.testing.SeededRandom;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("CREATE_CHILD_SA for a Child SA")
class CreateChildTest {
    private static final List<Payload> SINGLE_PAIR =
            List.of(Notify.of(NotifyType.SINGLE_PAIR_REQUIRED));

    @Test
    @DisplayName("IK-120: after SINGLE_PAIR_REQUIRED it asks once more, for the first pair alone")
    void singlePair() {
        CreateChild.Initiating attempt =
                attempt(
                        ranges("10.0.0.7/32", "10.0.0.0/24"),
                        ranges("192.0.2.1/32", "192.0.2.0/24"));
        assertThat(selectors(attempt, Role.RESPONDER)).hasSize(2);

        assertThat(attempt.processResponse(SINGLE_PAIR))
                .isInstanceOf(CreateChild.Verdict.TryAgain.class);
        assertThat(selectors(attempt, Role.INITIATOR)).isEqualTo(ranges("10.0.0.7/32"));
        assertThat(selectors(attempt, Role.RESPONDER)).isEqualTo(ranges("192.0.2.1/32"));
        assertThat(attempt.processResponse(SINGLE_PAIR))
                .isInstanceOf(CreateChild.Verdict.Refused.class);
        attempt.close();
    }

    @Test
    @DisplayName("IK-120: SINGLE_PAIR_REQUIRED is a refusal where no pair of addresses is known")
    void noSinglePair() {
        CreateChild.Initiating attempt =
                attempt(ranges("10.0.0.0/24", "10.0.0.7/32"), ranges("192.0.2.1/32"));

        assertThat(attempt.processResponse(SINGLE_PAIR))
                .isInstanceOf(CreateChild.Verdict.Refused.class);
        attempt.close();
    }

    private static CreateChild.Initiating attempt(
            List<TrafficSelector> local, List<TrafficSelector> remote) {
        SessionContext context =
                new SessionContext(
                        new JdkCrypto(),
                        new SeededRandom(1),
                        new SharedKeys(List.of()),
                        false,
                        OptionalInt.empty(),
                        4500);
        ChildConfig config =
                new ChildConfig(
                        "net",
                        List.of(SelectorTemplate.Dynamic.ANY),
                        List.of(SelectorTemplate.Dynamic.ANY),
                        ProposalParser.esp("aes128gcm16-x25519"),
                        ChildSaSpec.Mode.TUNNEL,
                        Lifetime.UNLIMITED,
                        Lifespan.UNLIMITED,
                        64);
        return new CreateChild.Initiating(
                new ParentSa(
                        context,
                        PrfAlgorithm.HMAC_SHA2_256,
                        KeyMaterial.wrap("SK_d", new byte[32])),
                config,
                new Spi(0x1001),
                local,
                remote,
                Optional.empty());
    }

    private static List<TrafficSelector> selectors(CreateChild.Initiating attempt, Role role) {
        return PayloadChain.trafficSelectors(attempt.buildRequest(), role).orElseThrow().ranges();
    }

    private static List<TrafficSelector> ranges(String... prefixes) {
        return List.of(prefixes).stream().map(IpPrefix::parse).map(TrafficSelector::of).toList();
    }
}
