package io.culvert.ipsec.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.dataplane.ChildSaCounters;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.DataPlane;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What every data plane does, whatever carries its packets. A data plane is tested by a subclass in its own room.
public abstract class DataPlaneContract {
    private static final ChildSaId FIRST = new ChildSaId(1);
    private static final ChildSaId SECOND = new ChildSaId(2);
    private static final ChildSaId UNKNOWN = new ChildSaId(99);

    private DataPlane plane;

    /// A fresh data plane without SAs.
    protected abstract DataPlane open();

    @BeforeEach
    final void openPlane() {
        plane = open();
    }

    @AfterEach
    final void closePlane() {
        plane.close();
    }

    @Test
    @DisplayName("reserved SPIs may be allocated and are given out once")
    final void reservedSpisAreUnique() {
        List<Spi> spis = new ArrayList<>(plane.reserveSpis(0));
        assertThat(spis).isEmpty();
        for (int i = 0; i < 50; i++) {
            spis.addAll(plane.reserveSpis(4));
        }

        assertThat(spis).hasSize(200).doesNotHaveDuplicates().allMatch(Spi::isAllocatable);
        plane.releaseSpis(spis);
    }

    @Test
    @DisplayName("SPIs that were not reserved, or are in use, may be given back without effect")
    final void releaseIgnoresWhatIsNotReserved() {
        Spi spi = plane.reserveSpis(1).getFirst();
        plane.install(spec(FIRST, spi, 1));
        plane.releaseSpis(List.of(spi, new Spi(0x7777_7777)));

        assertThatThrownBy(() -> plane.install(spec(SECOND, spi, 2)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("an id and an inbound SPI are used once at a time")
    final void installRefusesDuplicates() {
        Spi spi = plane.reserveSpis(1).getFirst();
        Spi other = plane.reserveSpis(1).getFirst();
        plane.install(spec(FIRST, spi, 1));

        assertThatThrownBy(() -> plane.install(spec(FIRST, other, 2)))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> plane.install(spec(SECOND, spi, 2)))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> plane.replace(spec(SECOND, spi, 2), FIRST))
                .isInstanceOf(IllegalStateException.class);

        plane.remove(FIRST);
        plane.install(spec(FIRST, spi, 1));
    }

    @Test
    @DisplayName("what failed to be installed leaves nothing behind")
    final void installIsAllOrNothing() {
        Spi spi = plane.reserveSpis(1).getFirst();
        ChildSaSpec good = spec(FIRST, spi, 1);
        EspKeys tooShort = new EspKeys(key(7), key(0));
        ChildSaSpec bad =
                new ChildSaSpec(
                        good.id(),
                        good.connection(),
                        good.transform(),
                        good.mode(),
                        good.inboundSpi(),
                        good.inboundKeys(),
                        good.outboundSpi(),
                        tooShort,
                        good.local(),
                        good.remote(),
                        good.route(),
                        good.replayWindow(),
                        good.lifetime());

        assertThatThrownBy(() -> plane.install(bad)).isInstanceOf(RuntimeException.class);
        plane.install(good);
    }

    @Test
    @DisplayName("a rekeyed SA stands beside its predecessor until that is removed")
    final void replaceThenRemove() {
        List<Spi> spis = plane.reserveSpis(2);
        plane.install(spec(FIRST, spis.getFirst(), 1));
        plane.replace(spec(SECOND, spis.getLast(), 2), FIRST);
        plane.switchOutbound(SECOND);
        plane.switchOutbound(SECOND);
        plane.route(List.of(FIRST, SECOND), udp(4501));
        plane.remove(FIRST);

        assertThat(plane.counters(FIRST)).isEqualTo(ChildSaCounters.ZERO);
        assertThat(plane.counters(SECOND)).isEqualTo(ChildSaCounters.ZERO);
        assertThatThrownBy(() -> plane.install(spec(FIRST, spis.getLast(), 1)))
                .isInstanceOf(IllegalStateException.class);
        plane.install(spec(FIRST, spis.getFirst(), 1));
    }

    @Test
    @DisplayName("ids that are not known are ignored")
    final void unknownIdsAreIgnored() {
        plane.route(List.of(UNKNOWN), udp(4500));
        plane.switchOutbound(UNKNOWN);
        plane.remove(UNKNOWN);

        assertThat(plane.counters(UNKNOWN)).isEqualTo(ChildSaCounters.ZERO);
    }

    @Test
    @DisplayName("closing removes all SAs, and may be repeated")
    final void closeTwice() {
        plane.install(spec(FIRST, plane.reserveSpis(1).getFirst(), 1));
        plane.close();
        plane.close();

        assertThat(plane.counters(FIRST)).isEqualTo(ChildSaCounters.ZERO);
    }

    @Test
    @DisplayName("has a name for people")
    final void named() {
        assertThat(plane.name()).isNotBlank();
    }

    private static ChildSaSpec spec(ChildSaId id, Spi inbound, int outbound) {
        EspTransform transform =
                new EspTransform(
                        EncryptionAlgorithm.AES_GCM_16, 128, IntegrityAlgorithm.NONE, false);
        return new ChildSaSpec(
                id,
                "contract/net",
                transform,
                ChildSaSpec.Mode.TUNNEL,
                inbound,
                new EspKeys(key(20), key(0)),
                new Spi(0x1000 + outbound),
                new EspKeys(key(20), key(0)),
                List.of(TrafficSelector.of(IpPrefix.parse("10.77.1.0/24"))),
                List.of(TrafficSelector.of(IpPrefix.parse("10.77.2.0/24"))),
                udp(4500),
                64,
                Lifetime.UNLIMITED);
    }

    private static KeyMaterial key(int octets) {
        return KeyMaterial.wrap("contract", new byte[octets]);
    }

    private static EspRoute udp(int port) {
        return new EspRoute.Udp(
                new InetSocketAddress(IpPrefix.parseAddress("192.0.2.1"), 4500),
                new InetSocketAddress(IpPrefix.parseAddress("192.0.2.2"), port));
    }
}
