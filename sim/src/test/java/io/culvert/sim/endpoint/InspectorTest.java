package io.culvert.sim.endpoint;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import io.culvert.sim.network.Violation;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Rules of the simulation")
class InspectorTest {
    private static final int INFORMATIONAL = 37;
    private static final int ENCRYPTED = 46;
    private static final int FROM_INITIATOR = 0x08;
    private static final int RESPONSE = 0x20;
    private static final TransportPath ONE = path(4500);
    private static final TransportPath OTHER = path(4501);

    private final Inspector inspector = new Inspector();

    @Test
    @DisplayName("two messages with the same nonce are found, a repetition is not one")
    void nonces() {
        inspector.sent(ONE, message(FROM_INITIATOR, 2, 7, 1));
        inspector.sent(ONE, message(FROM_INITIATOR, 2, 7, 1));
        inspector.sent(ONE, message(0, 2, 7, 2));
        inspector.sent(ONE, message(FROM_INITIATOR, 3, 8, 3));

        assertThatThrownBy(() -> inspector.sent(ONE, message(FROM_INITIATOR, 4, 7, 4)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("same nonce");
    }

    @Test
    @DisplayName("a request that is executed twice is found")
    void executedTwice() {
        inspector.executed(message(FROM_INITIATOR, 2, 1, 1));
        inspector.executed(message(FROM_INITIATOR, 3, 2, 2));
        inspector.executed(message(0, 2, 1, 3));

        assertThatThrownBy(() -> inspector.executed(message(FROM_INITIATOR, 2, 1, 1)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("executed twice");
    }

    @Test
    @DisplayName("a response by another path than its request came is found")
    void strayResponse() {
        inspector.arrived(ONE, message(FROM_INITIATOR, 2, 1, 1));
        inspector.sent(ONE, message(RESPONSE, 2, 1, 2));

        assertThatThrownBy(() -> inspector.sent(OTHER, message(RESPONSE, 2, 1, 2)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("its request came by");
    }

    @Test
    @DisplayName("ends that disagree on the keys of a Child SA are found, those that agree are not")
    void disagreement() {
        inspector.installed(spec(1, 100, 1, 200, 2));
        assertThatCode(() -> inspector.installed(spec(2, 200, 2, 100, 1)))
                .doesNotThrowAnyException();

        inspector.installed(spec(3, 300, 3, 400, 4));
        assertThatThrownBy(() -> inspector.installed(spec(4, 400, 4, 300, 5)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("disagree");
    }

    @Test
    @DisplayName("a key that is used for a second SA is found")
    void reusedKey() {
        inspector.installed(spec(1, 100, 1, 200, 2));

        assertThatThrownBy(() -> inspector.installed(spec(2, 101, 3, 201, 2)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("second time");
    }

    private static TransportPath path(int port) {
        return new TransportPath.Udp(
                new InetSocketAddress(IpPrefix.parseAddress("192.0.2.1"), 4500),
                new InetSocketAddress(IpPrefix.parseAddress("192.0.2.2"), port),
                true);
    }

    private static Octets message(int flags, int id, long nonce, int content) {
        return new OctetsBuilder(64)
                .u64(1)
                .u64(2)
                .u8(ENCRYPTED)
                .u8(0x20)
                .u8(INFORMATIONAL)
                .u8(flags)
                .u32(id)
                .u32(48)
                .u32(20)
                .u64(nonce)
                .u64(content)
                .build();
    }

    private static ChildSaSpec spec(long id, int in, int inKey, int out, int outKey) {
        var selectors = List.of(TrafficSelector.of(IpPrefix.parseAddress("10.0.0.1")));
        return new ChildSaSpec(
                new ChildSaId(id),
                "sim/net",
                new EspTransform(
                        EncryptionAlgorithm.AES_GCM_16, 128, IntegrityAlgorithm.NONE, true),
                ChildSaSpec.Mode.TUNNEL,
                new Spi(in),
                keys(inKey),
                new Spi(out),
                keys(outKey),
                selectors,
                selectors,
                new EspRoute.Unknown(),
                64,
                Lifetime.UNLIMITED);
    }

    private static EspKeys keys(int value) {
        byte[] octets = new byte[20];
        Arrays.fill(octets, (byte) value);
        return new EspKeys(KeyMaterial.wrap("test", octets), KeyMaterial.wrap("none", new byte[0]));
    }
}
