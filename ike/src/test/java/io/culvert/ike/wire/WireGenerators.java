package io.culvert.ike.wire;

import io.culvert.ipsec.testing.Choices;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Random messages, payloads and notifications, legal by construction.
public final class WireGenerators {
    private WireGenerators() {}

    /// Octet strings of `low` to `high` octets.
    public static Gen<Octets> octets(int low, int high) {
        return Gen.bytes(low, high).map(Octets::wrap);
    }

    /// Headers of version 2 with an initiator's SPI.
    public static Gen<IkeHeader> headers() {
        return choices ->
                new IkeHeader(
                        new IkeSpi(Gen.longs().draw(choices) | 1),
                        new IkeSpi(Gen.longs().draw(choices)),
                        IkeHeader.MAJOR_VERSION,
                        Gen.ints(0, 15).draw(choices),
                        new ExchangeType(Gen.ints(0, 255).draw(choices)),
                        Gen.booleans().draw(choices),
                        Gen.booleans().draw(choices),
                        Gen.booleans().draw(choices),
                        Gen.longs(0, 0xffff_ffffL).draw(choices));
    }

    /// Messages whose payloads are all in the clear, or of which the last one is encrypted.
    public static Gen<IkeMessage> messages() {
        return choices -> {
            List<Payload> payloads = new ArrayList<>(payloads().draw(choices));
            if (Gen.booleans().draw(choices)) {
                payloads.add(encrypted().draw(choices));
            }
            return new IkeMessage(headers().draw(choices), payloads);
        };
    }

    /// Chains of payloads as they stand inside an encrypted one.
    public static Gen<List<Payload>> payloads() {
        return Gen.listOf(payload(), 8);
    }

    /// Payloads of every kind but the encrypted ones.
    public static Gen<Payload> payload() {
        return Gen.oneOf(
                octets(0, 40).map(VendorId::new),
                octets(16, 256).map(Nonce::new),
                notifications().map(Notification::toNotify),
                rawNotifications(),
                securityAssociations(),
                Gen.both(u16(), octets(0, 64), KeyExchangePayload::new),
                identifications(),
                Gen.both(u8().map(CertificateEncoding::new), octets(0, 64), Certificate::new),
                Gen.both(
                        u8().map(CertificateEncoding::new), octets(0, 64), CertificateRequest::new),
                Gen.both(u8().map(AuthenticationMethod::new), octets(0, 64), Authentication::new),
                deletes(),
                trafficSelectors(),
                configurations(),
                eaps(),
                Gen.ints(1, 8).flatMap(n -> octets(4 * n, 4 * n)).map(PuzzleSolution::new),
                Gen.both(unknownTypes(), octets(0, 40), (t, o) -> new UnknownPayload(t, false, o)));
    }

    /// SK and SKF payloads.
    public static Gen<Payload> encrypted() {
        return Gen.oneOf(
                Gen.both(u8().map(PayloadType::new), octets(0, 80), Encrypted::new),
                choices -> {
                    int total = Gen.ints(1, 0xffff).draw(choices);
                    return new EncryptedFragment(
                            new PayloadType(u8().draw(choices)),
                            Gen.ints(1, total).draw(choices),
                            total,
                            octets(0, 80).draw(choices));
                });
    }

    /// SA payloads with known and unknown numbers.
    public static Gen<SecurityAssociation> securityAssociations() {
        Gen<TransformAttribute> attribute =
                Gen.oneOf(
                        Gen.both(Gen.of(14, 15), u16(), TransformAttribute.Fixed::new),
                        Gen.both(
                                Gen.ints(0, 0x7fff),
                                octets(0, 8),
                                TransformAttribute.Variable::new));
        Gen<TransformSubstructure> transform =
                choices ->
                        new TransformSubstructure(
                                new TransformType(Gen.ints(0, 14).draw(choices)),
                                u16().draw(choices),
                                Gen.listOf(attribute, 3).draw(choices));
        Gen<ProposalSubstructure> proposal =
                choices ->
                        new ProposalSubstructure(
                                u8().draw(choices),
                                new ProtocolId(Gen.ints(0, 5).draw(choices)),
                                octets(0, 8).draw(choices),
                                Gen.listOf(transform, 1, 6).draw(choices));
        return Gen.listOf(proposal, 1, 5).map(SecurityAssociation::new);
    }

    /// Traffic selectors of both families, opaque ports included.
    public static Gen<TrafficSelector> trafficSelector() {
        return choices -> {
            int octets = Gen.booleans().draw(choices) ? 16 : 4;
            byte[] one = Gen.bytes(octets, octets).draw(choices);
            byte[] two = Gen.bytes(octets, octets).draw(choices);
            boolean ordered = Arrays.compareUnsigned(one, two) <= 0;
            int low = u16().draw(choices);
            int high = Gen.ints(low, 0xffff).draw(choices);
            boolean opaque = choices.oncePer(8);
            return new TrafficSelector(
                    u8().draw(choices),
                    opaque ? 0xffff : low,
                    opaque ? 0 : high,
                    IpPrefix.address(ordered ? one : two),
                    IpPrefix.address(ordered ? two : one));
        };
    }

    /// Notifications of every content.
    public static Gen<Notification> notifications() {
        Gen<Long> u32 = Gen.longs(0, 0xffff_ffffL);
        return Gen.oneOf(
                signals(),
                octets(1, 64).map(Notification.Cookie::new),
                octets(8, 64).map(Notification.Cookie2::new),
                octets(20, 20).map(Notification.NatDetectionSource::new),
                octets(20, 20).map(Notification.NatDetectionDestination::new),
                u8().map(PayloadType::new).map(Notification.UnsupportedCriticalPayload::new),
                u8().map(Notification.InvalidMajorVersion::new),
                u32.map(Notification.InvalidMessageId::new),
                spis().map(Notification.InvalidSpi::new),
                u16().map(Notification.InvalidKePayload::new),
                Gen.both(
                        spis(),
                        octets(0, 40),
                        (s, o) -> new Notification.InvalidSelectors(ProtocolId.ESP, s, o)),
                spis().map(s -> new Notification.ChildSaNotFound(ProtocolId.ESP, s)),
                spis().map(s -> new Notification.RekeySa(ProtocolId.ESP, s)),
                u32.map(Notification.SetWindowSize::new),
                Gen.both(u16(), u8(), Notification.IpcompSupported::new),
                addresses().map(Notification.AdditionalAddress::new),
                WireGenerators::noNatsAllowed,
                u32.map(Notification.AuthLifetime::new),
                Gen.both(gateways(), octets(0, 32), Notification.Redirect::new),
                gateways().map(Notification.RedirectedFrom::new),
                Gen.both(u32, octets(1, 60), Notification.TicketLtOpaque::new),
                octets(1, 60).map(Notification.TicketOpaque::new),
                octets(16, 128).map(Notification.QcdToken::new),
                choices ->
                        new Notification.MessageIdSync(
                                octets(4, 4).draw(choices), u32.draw(choices), u32.draw(choices)),
                Gen.of(4, 8).flatMap(n -> octets(n, n)).map(Notification.ReplayCounterSync::new),
                Gen.listOf(u16(), 6).map(Notification.SignatureHashAlgorithms::new),
                Gen.both(u16(), u8(), Notification.Puzzle::new),
                Gen.both(u8(), octets(0, 20), Notification.PpkIdentity::new),
                Gen.constant(new Notification.PpkIdentityAccepted()),
                octets(1, 64).map(Notification.NoPpkAuth::new),
                choices ->
                        new Notification.PpkIdentityKey(
                                u8().draw(choices),
                                octets(0, 20).draw(choices),
                                octets(8, 8).draw(choices)),
                octets(1, 32).map(Notification.AdditionalKeyExchange::new),
                Gen.both(Gen.booleans(), Gen.booleans(), Notification.UseAggfrag::new),
                Gen.listOf(authMethods(), 5).map(Notification.SupportedAuthMethods::new),
                octets(0, 20).map(Notification.SaResourceInfo::new),
                u16().map(Notification.IkeTcpSupported::new));
    }

    private static Gen<Notification> signals() {
        List<NotifyType> types =
                Arrays.stream(NotifyType.values())
                        .filter(t -> Notify.of(t).notification() instanceof Notification.Signal)
                        .toList();
        return Gen.elementOf(types).map(Notification.Signal::new);
    }

    private static Gen<Payload> rawNotifications() {
        return choices ->
                new Notify(
                        new ProtocolId(Gen.ints(0, 4).draw(choices)),
                        octets(0, 8).draw(choices),
                        u16().draw(choices),
                        octets(0, 40).draw(choices));
    }

    private static Notification noNatsAllowed(Choices choices) {
        int octets = Gen.of(4, 16).draw(choices);
        Gen<InetAddress> address = Gen.bytes(octets, octets).map(IpPrefix::address);
        return new Notification.NoNatsAllowed(
                address.draw(choices),
                address.draw(choices),
                u16().draw(choices),
                u16().draw(choices));
    }

    private static Gen<Gateway> gateways() {
        return Gen.oneOf(
                addresses().map(Gateway.ByAddress::new),
                Gen.listOf(Gen.ints('!', '~'), 1, 40)
                        .map(characters -> {
                            StringBuilder name = new StringBuilder();
                            characters.forEach(c -> name.append((char) (int) c));
                            return new Gateway.ByName(name.toString());
                        }));
    }

    private static Gen<SupportedAuthMethod> authMethods() {
        Gen<AuthenticationMethod> methods = u8().map(AuthenticationMethod::new);
        return Gen.oneOf(
                methods.map(SupportedAuthMethod.Plain::new),
                Gen.both(methods, u8(), SupportedAuthMethod.Linked::new),
                choices ->
                        new SupportedAuthMethod.WithAlgorithm(
                                methods.draw(choices),
                                u8().draw(choices),
                                octets(1, 40).draw(choices)));
    }

    private static Gen<Payload> identifications() {
        return choices ->
                new Identification(
                        Gen.enums(Role.class).draw(choices),
                        new IdentificationType(u8().draw(choices)),
                        octets(3, 3).draw(choices),
                        octets(0, 40).draw(choices));
    }

    private static Gen<Payload> deletes() {
        return Gen.ints(1, 8)
                .flatMap(n ->
                        Gen.both(
                                Gen.ints(1, 3).map(ProtocolId::new),
                                Gen.listOf(octets(n, n), 6),
                                Delete::new));
    }

    private static Gen<Payload> trafficSelectors() {
        Gen<TrafficSelectors.Selector> selector =
                Gen.oneOf(
                        trafficSelector().map(TrafficSelectors.Selector.Range::new),
                        choices ->
                                new TrafficSelectors.Selector.Unknown(
                                        Gen.ints(9, 255).draw(choices),
                                        u8().draw(choices),
                                        octets(0, 20).draw(choices)));
        return Gen.both(Gen.enums(Role.class), Gen.listOf(selector, 1, 6), TrafficSelectors::new);
    }

    private static Gen<Payload> configurations() {
        Gen<ConfigurationAttribute> attribute =
                Gen.both(
                        Gen.ints(0, 30).map(ConfigurationAttributeType::new),
                        octets(0, 20),
                        ConfigurationAttribute::new);
        return Gen.both(
                u8().map(ConfigurationType::new), Gen.listOf(attribute, 6), Configuration::new);
    }

    private static Gen<Payload> eaps() {
        return choices -> {
            byte[] data = Gen.bytes(1, 40).draw(choices);
            byte[] message = new byte[4 + data.length];
            message[0] = (byte) (int) Gen.ints(1, 4).draw(choices);
            message[1] = (byte) (int) u8().draw(choices);
            message[3] = (byte) message.length;
            System.arraycopy(data, 0, message, 4, data.length);
            return new Eap(Octets.wrap(message));
        };
    }

    private static Gen<PayloadType> unknownTypes() {
        return Gen.oneOf(Gen.ints(1, 32), Gen.ints(49, 52), Gen.ints(55, 255))
                .map(PayloadType::new);
    }

    private static Gen<InetAddress> addresses() {
        return Gen.of(4, 16).flatMap(n -> Gen.bytes(n, n)).map(IpPrefix::address);
    }

    private static Gen<Spi> spis() {
        return Gen.longs(0, 0xffff_ffffL).map(value -> new Spi((int) (long) value));
    }

    private static Gen<Integer> u8() {
        return Gen.ints(0, 0xff);
    }

    private static Gen<Integer> u16() {
        return Gen.ints(0, 0xffff);
    }
}
