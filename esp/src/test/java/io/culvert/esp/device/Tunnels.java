package io.culvert.esp.device;

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
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// Child SAs for tests, seen from either side.
///
/// @param number makes SPIs and keys differ
/// @param transform the algorithms
/// @param left the selectors of the left side
/// @param right the selectors of the right side
/// @param route where both sides send at first
/// @param lifetime of both sides
record Tunnels(
        int number,
        EspTransform transform,
        List<TrafficSelector> left,
        List<TrafficSelector> right,
        EspRoute route,
        Lifetime lifetime) {
    static final EspRoute UDP = udp(4500);
    static final List<TrafficSelector> LEFT = selectors("10.1.0.0/16", "2001:db8:1::/48");
    static final List<TrafficSelector> RIGHT = selectors("10.2.0.0/16", "2001:db8:2::/48");
    static final EspTransform GCM =
            new EspTransform(EncryptionAlgorithm.AES_GCM_16, 128, IntegrityAlgorithm.NONE, true);

    static Tunnels of(int number) {
        return new Tunnels(number, GCM, LEFT, RIGHT, UDP, Lifetime.UNLIMITED);
    }

    Tunnels with(EspTransform other) {
        return new Tunnels(number, other, left, right, route, lifetime);
    }

    Tunnels with(EspRoute other) {
        return new Tunnels(number, transform, left, right, other, lifetime);
    }

    Tunnels with(Lifetime other) {
        return new Tunnels(number, transform, left, right, route, other);
    }

    Tunnels between(List<TrafficSelector> newLeft, List<TrafficSelector> newRight) {
        return new Tunnels(number, transform, newLeft, newRight, route, lifetime);
    }

    ChildSaId id() {
        return new ChildSaId(number);
    }

    /// The SPI of packets to the left.
    Spi leftSpi() {
        return new Spi(0x1000 + number);
    }

    /// The SPI of packets to the right.
    Spi rightSpi() {
        return new Spi(0x2000 + number);
    }

    ChildSaSpec leftSpec() {
        return spec(leftSpi(), toLeft(), rightSpi(), toRight(), left, right);
    }

    ChildSaSpec rightSpec() {
        return spec(rightSpi(), toRight(), leftSpi(), toLeft(), right, left);
    }

    EspKeys toLeft() {
        return keys(2L * number);
    }

    EspKeys toRight() {
        return keys(2L * number + 1);
    }

    static EspRoute udp(int port) {
        return new EspRoute.Udp(
                new InetSocketAddress(IpPrefix.parseAddress("192.0.2.1"), 4500),
                new InetSocketAddress(IpPrefix.parseAddress("198.51.100.1"), port));
    }

    /// The same host, but only one port of TCP.
    static TrafficSelector tcpPort(TrafficSelector host, int port) {
        return new TrafficSelector(6, port, port, host.startAddress(), host.endAddress());
    }

    static List<TrafficSelector> selectors(String... prefixes) {
        return List.of(prefixes).stream().map(IpPrefix::parse).map(TrafficSelector::of).toList();
    }

    /// A side of it in transport mode.
    ///
    /// @param view the addresses that the other side sees
    static ChildSaSpec inTransportMode(ChildSaSpec spec, Optional<ChildSaSpec.PeerView> view) {
        return new ChildSaSpec(
                spec.id(),
                spec.connection(),
                spec.transform(),
                ChildSaSpec.Mode.TRANSPORT,
                spec.inboundSpi(),
                spec.inboundKeys(),
                spec.outboundSpi(),
                spec.outboundKeys(),
                spec.local(),
                spec.remote(),
                spec.route(),
                spec.replayWindow(),
                spec.lifetime(),
                view);
    }

    private ChildSaSpec spec(
            Spi inboundSpi,
            EspKeys inboundKeys,
            Spi outboundSpi,
            EspKeys outboundKeys,
            List<TrafficSelector> local,
            List<TrafficSelector> remote) {
        return new ChildSaSpec(
                id(),
                "test/net",
                transform,
                ChildSaSpec.Mode.TUNNEL,
                inboundSpi,
                inboundKeys,
                outboundSpi,
                outboundKeys,
                local,
                remote,
                route,
                64,
                lifetime);
    }

    private EspKeys keys(long seed) {
        Random random = new Random(seed);
        byte[] encryption = new byte[transform.encryptionKeyOctets()];
        byte[] integrity = new byte[transform.integrity().keyOctets()];
        random.nextBytes(encryption);
        random.nextBytes(integrity);
        return new EspKeys(
                KeyMaterial.wrap("encryption", encryption),
                KeyMaterial.wrap("integrity", integrity));
    }
}
