package io.culvert.ike.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class NotificationTest {
    private static final Octets COOKIE = Octets.ofHex("0011223344556677");

    @TestFactory
    Stream<DynamicTest> dataIsThatOfTheRfc() {
        return Stream.of(
                data("c8", new Notification.UnsupportedCriticalPayload(new PayloadType(200))),
                data("02", new Notification.InvalidMajorVersion(2)),
                data("00000009", new Notification.InvalidMessageId(9)),
                data("c0ffee01", new Notification.InvalidSpi(new Spi(0xc0ffee01))),
                data("001f", new Notification.InvalidKePayload(31)),
                data("00000008", new Notification.SetWindowSize(8)),
                data("123402", new Notification.IpcompSupported(0x1234, 2)),
                data("0011223344556677", new Notification.Cookie(COOKIE)),
                data("0011223344556677", new Notification.Cookie2(COOKIE)),
                data(
                        "c0000201",
                        new Notification.AdditionalAddress(IpPrefix.parseAddress("192.0.2.1"))),
                data(
                        "20010db8000000000000000000000001",
                        new Notification.AdditionalAddress(IpPrefix.parseAddress("2001:db8::1"))),
                data(
                        "c0000201 c0000202 01f4 1194",
                        new Notification.NoNatsAllowed(
                                IpPrefix.parseAddress("192.0.2.1"),
                                IpPrefix.parseAddress("192.0.2.2"),
                                500,
                                4500)),
                data("00000e10", new Notification.AuthLifetime(3600)),
                data(
                        "01 04 c0000201 0011223344556677",
                        new Notification.Redirect(
                                new Gateway.ByAddress(IpPrefix.parseAddress("192.0.2.1")), COOKIE)),
                data("03 03 612e62", new Notification.RedirectedFrom(new Gateway.ByName("a.b"))),
                data("00000e10 beef", new Notification.TicketLtOpaque(3600, Octets.ofHex("beef"))),
                data("beef", new Notification.TicketOpaque(Octets.ofHex("beef"))),
                data(
                        "01020304 00000005 00000007",
                        new Notification.MessageIdSync(Octets.ofHex("01020304"), 5, 7)),
                data(
                        "0002 0003 0004 0005",
                        new Notification.SignatureHashAlgorithms(List.of(2, 3, 4, 5))),
                data("0005 10", new Notification.Puzzle(5, 16)),
                data("02 6b6579", new Notification.PpkIdentity(2, Octets.ofHex("6b6579"))),
                data("", new Notification.PpkIdentityAccepted()),
                data(
                        "02 6b6579 0011223344556677",
                        new Notification.PpkIdentityKey(2, Octets.ofHex("6b6579"), COOKIE)),
                data("03", new Notification.UseAggfrag(true, true)),
                data("01", new Notification.UseAggfrag(false, true)),
                data(
                        "02 02  03 01 00  06 0e 02 300500",
                        new Notification.SupportedAuthMethods(
                                List.of(
                                        new SupportedAuthMethod.Plain(
                                                AuthenticationMethod.SHARED_KEY_MIC),
                                        new SupportedAuthMethod.Linked(
                                                AuthenticationMethod.RSA_SIGNATURE, 0),
                                        new SupportedAuthMethod.WithAlgorithm(
                                                AuthenticationMethod.DIGITAL_SIGNATURE,
                                                2,
                                                Octets.ofHex("300500"))))),
                data("01f4", new Notification.IkeTcpSupported(500)));
    }

    private static DynamicTest data(String hex, Notification notification) {
        return dynamicTest(
                notification.toString(),
                () -> {
                    Notify payload = notification.toNotify();
                    assertThat(payload.data().toHex()).isEqualTo(Octets.ofHex(hex).toHex());
                    assertThat(payload.notification()).isEqualTo(notification);
                });
    }

    @Test
    void notificationsSurviveARoundTrip() {
        Properties.forAll(
                1000,
                WireGenerators.notifications(),
                notification ->
                        assertThat(notification.toNotify().notification()).isEqualTo(notification));
    }

    @Test
    void everyContentIsGenerated() {
        Set<Class<?>> missing = new HashSet<>(List.of(Notification.class.getPermittedSubclasses()));
        missing.removeAll(
                List.of(
                        Notification.Unknown.class,
                        Notification.Unusable.class,
                        Notification.Opaque.class));
        Properties.forAll(2000, WireGenerators.notifications(), n -> missing.remove(n.getClass()));
        assertThat(missing).isEmpty();
    }

    @Test
    @DisplayName(
            "any data under any type is read as something, and written as it was or not at all")
    void readingIsTotal() {
        Properties.forAll(
                3000,
                Gen.enums(NotifyType.class),
                WireGenerators.octets(0, 48),
                (type, octets) -> {
                    Notification read = Notify.of(type, octets).notification();
                    assertThat(read).isNotInstanceOf(Notification.Unknown.class);
                    assertThat(read.toNotify().notification()).isEqualTo(read);
                });
    }

    @Test
    void everyTypeIsReadWithSomeData() {
        Set<NotifyType> never = EnumSet.allOf(NotifyType.class);
        for (NotifyType type : NotifyType.values()) {
            for (int size : new int[] {0, 1, 2, 3, 4, 8, 12, 16, 20, 36}) {
                Notify payload =
                        new Notify(
                                ProtocolId.ESP,
                                Octets.ofHex("c0ffee01"),
                                type.code(),
                                Octets.wrap(new byte[size]));
                if (!(payload.notification() instanceof Notification.Unusable)) {
                    never.remove(type);
                }
            }
        }
        // zeros name no gateway
        assertThat(never)
                .containsExactlyInAnyOrder(NotifyType.REDIRECT, NotifyType.REDIRECTED_FROM);
    }

    @Test
    @DisplayName(
            "IT-033: no data is port 500, one octet is nothing, more is ignored, 0 is not reachable")
    void ikeTcpSupported() {
        assertThat(ikeTcp("")).isEqualTo(new Notification.IkeTcpSupported(500));
        assertThat(ikeTcp("1194")).isEqualTo(new Notification.IkeTcpSupported(4500));
        assertThat(ikeTcp("1194ff00")).isEqualTo(new Notification.IkeTcpSupported(4500));
        assertThat(ikeTcp("11")).isInstanceOf(Notification.Unusable.class);
        assertThat(new Notification.IkeTcpSupported(0).reachablePort()).isEmpty();
        assertThat(new Notification.IkeTcpSupported(4500).reachablePort()).hasValue(4500);
    }

    private static Notification ikeTcp(String hex) {
        return Notify.of(NotifyType.IKE_TCP_SUPPORTED, Octets.ofHex(hex)).notification();
    }

    @Test
    @DisplayName("ST-011: data of SEPARATE_TRANSPORTS is ignored")
    void separateTransports() {
        assertThat(
                        Notify.of(NotifyType.SEPARATE_TRANSPORTS, Octets.ofHex("0102030405"))
                                .notification())
                .isEqualTo(new Notification.Signal(NotifyType.SEPARATE_TRANSPORTS));
    }

    @Test
    @DisplayName("E16: methods of unknown form are left out")
    void supportedAuthMethods() {
        Notify payload =
                Notify.of(NotifyType.SUPPORTED_AUTH_METHODS, Octets.ofHex("01 02 0d 03 09 01"));
        assertThat(payload.notification())
                .isEqualTo(
                        new Notification.SupportedAuthMethods(
                                List.of(
                                        new SupportedAuthMethod.Plain(AuthenticationMethod.NULL),
                                        new SupportedAuthMethod.Linked(
                                                AuthenticationMethod.ECDSA_256, 1))));
    }

    @Test
    void errorsAndUnknownTypesAreToldApart() {
        Notify unknownError = new Notify(ProtocolId.NONE, Octets.EMPTY, 9000, Octets.EMPTY);
        Notify unknownStatus = new Notify(ProtocolId.NONE, Octets.EMPTY, 50_000, Octets.EMPTY);

        assertThat(unknownError.isError()).isTrue();
        assertThat(unknownError.notification()).isEqualTo(new Notification.Unknown(unknownError));
        assertThat(unknownStatus.isError()).isFalse();
        assertThat(unknownStatus.name()).isEqualTo("50000");
        assertThat(NotifyType.NO_PROPOSAL_CHOSEN.isError()).isTrue();
        assertThat(NotifyType.INITIAL_CONTACT.isError()).isFalse();
    }

    @TestFactory
    Stream<DynamicTest> configurationValues() {
        return Stream.of(
                value(
                        1,
                        "0a090001",
                        new ConfigurationValue.Address(IpPrefix.parseAddress("10.9.0.1"))),
                value(1, "", new ConfigurationValue.Any()),
                value(
                        8,
                        "20010db8000000000000000000000001 40",
                        new ConfigurationValue.AddressWithPrefix(
                                IpPrefix.parseAddress("2001:db8::1"), 64)),
                value(
                        13,
                        "0a000000 ff000000",
                        new ConfigurationValue.Network(IpPrefix.parse("10.0.0.0/8"))),
                value(
                        13,
                        "00000000 00000000",
                        new ConfigurationValue.Network(IpPrefix.parse("0.0.0.0/0"))),
                value(
                        15,
                        "20010db8000000000000000000000000 20",
                        new ConfigurationValue.Network(IpPrefix.parse("2001:db8::/32"))),
                value(7, "43756c76657274", new ConfigurationValue.Text("Culvert")),
                value(25, "612e62", new ConfigurationValue.Text("a.b")),
                value(
                        14,
                        "0001 0003",
                        new ConfigurationValue.Supported(
                                List.of(
                                        ConfigurationAttributeType.INTERNAL_IP4_ADDRESS,
                                        ConfigurationAttributeType.INTERNAL_IP4_DNS))),
                value(
                        26,
                        "1234 08 02 beef",
                        new ConfigurationValue.TrustAnchor(0x1234, 8, 2, Octets.ofHex("beef"))),
                value(16, "0102", new ConfigurationValue.Raw(Octets.ofHex("0102"))),
                value(1, "0a0900", new ConfigurationValue.Unusable(Octets.ofHex("0a0900"))),
                value(
                        13,
                        "0a000000 ff00ff00",
                        new ConfigurationValue.Unusable(Octets.ofHex("0a000000ff00ff00"))),
                value(14, "000100", new ConfigurationValue.Unusable(Octets.ofHex("000100"))));
    }

    private static DynamicTest value(int type, String hex, ConfigurationValue expected) {
        Octets octets = Octets.ofHex(hex);
        ConfigurationAttribute attribute =
                new ConfigurationAttribute(new ConfigurationAttributeType(type), octets);
        return dynamicTest(
                "IK-123: " + attribute.type() + " " + expected,
                () -> {
                    assertThat(attribute.reading()).isEqualTo(expected);
                    assertThat(expected.toOctets()).isEqualTo(octets);
                });
    }
}
