package io.culvert.ike.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Each payload against its picture in the RFC, typed in octet by octet.
class PayloadOctetsTest {
    private final MessageCodec codec = new MessageCodec();

    @TestFactory
    Stream<DynamicTest> payloads() {
        return Stream.of(
                known(
                        "SA",
                        """
                        00000028
                        00 00 0024 01 01 00 03
                          03 00 000c 01 00 0014 800e 0100
                          03 00 0008 02 00 0005
                          00 00 0008 04 00 001f
                        """,
                        new SecurityAssociation(
                                List.of(
                                        new ProposalSubstructure(
                                                1,
                                                ProtocolId.IKE,
                                                Octets.EMPTY,
                                                List.of(
                                                        TransformSubstructure.withKeyLength(
                                                                TransformType.ENCR, 20, 256),
                                                        TransformSubstructure.of(
                                                                TransformType.PRF, 5),
                                                        TransformSubstructure.of(
                                                                TransformType.KE, 31)))))),
                known(
                        "SA with two proposals, an ESP SPI and an attribute of variable length",
                        """
                        00000036
                        02 00 0014 01 03 04 01 c0ffee01
                          00 00 0008 05 00 0001
                        00 00 001e 02 03 04 01 c0ffee01
                          00 00 0012 01 00 000c 0011 0006 616263646566
                        """,
                        new SecurityAssociation(
                                List.of(
                                        new ProposalSubstructure(
                                                1,
                                                ProtocolId.ESP,
                                                Octets.ofHex("c0ffee01"),
                                                List.of(
                                                        TransformSubstructure.of(
                                                                TransformType.SN, 1))),
                                        new ProposalSubstructure(
                                                2,
                                                ProtocolId.ESP,
                                                Octets.ofHex("c0ffee01"),
                                                List.of(
                                                        new TransformSubstructure(
                                                                TransformType.ENCR,
                                                                12,
                                                                List.of(
                                                                        new TransformAttribute
                                                                                .Variable(
                                                                                17,
                                                                                Octets.ofHex(
                                                                                        "616263646566"))))))))),
                known(
                        "KE",
                        "0000000c 001f 0000 01020304",
                        new KeyExchangePayload(31, Octets.ofHex("01020304"))),
                known(
                        "IDI",
                        "0000000b 02 000000 612e62",
                        Identification.of(
                                Role.INITIATOR, IdentificationType.FQDN, Octets.ofHex("612e62"))),
                known(
                        "IDR with reserved octets, IK-006",
                        "0000000c 01 abcdef c0000201",
                        new Identification(
                                Role.RESPONDER,
                                IdentificationType.IPV4_ADDR,
                                Octets.ofHex("abcdef"),
                                Octets.ofHex("c0000201"))),
                known(
                        "CERT",
                        "00000007 04 3003",
                        new Certificate(CertificateEncoding.X509_SIGNATURE, Octets.ofHex("3003"))),
                known(
                        "CERTREQ",
                        "00000019 04 000102030405060708090a0b0c0d0e0f10111213",
                        CertificateRequest.x509(
                                List.of(Octets.ofHex("000102030405060708090a0b0c0d0e0f10111213")))),
                known(
                        "AUTH",
                        "0000000a 02 000000 beef",
                        new Authentication(
                                AuthenticationMethod.SHARED_KEY_MIC, Octets.ofHex("beef"))),
                known(
                        "NONCE",
                        "00000014 000102030405060708090a0b0c0d0e0f",
                        new Nonce(Octets.ofHex("000102030405060708090a0b0c0d0e0f"))),
                known(
                        "N without SPI",
                        "0000000a 00 00 0011 0013",
                        new Notification.InvalidKePayload(19).toNotify()),
                known(
                        "N with SPI",
                        "0000000c 03 04 4009 c0ffee01",
                        new Notification.RekeySa(ProtocolId.ESP, new Spi(0xc0ffee01)).toNotify()),
                known("D of an IKE SA, IK-108", "00000008 01 00 0000", Delete.ikeSa()),
                known(
                        "D of Child SAs, IK-108",
                        "00000010 03 04 0002 c0ffee01 c0ffee02",
                        Delete.childSas(List.of(new Spi(0xc0ffee01), new Spi(0xc0ffee02)))),
                known("V", "00000014 c93f2b9aa3298564b1ba12f096c6bf5c", VendorId.IKE_OVER_TCP),
                known(
                        "TSI",
                        """
                        00000040 02 000000
                        07 06 0010 0050 0051 0a000000 0affffff
                        08 00 0028 0000 ffff
                          20010db8000000000000000000000000 20010db800000000ffffffffffffffff
                        """,
                        TrafficSelectors.of(
                                Role.INITIATOR,
                                List.of(
                                        new TrafficSelector(
                                                6,
                                                80,
                                                81,
                                                IpPrefix.parseAddress("10.0.0.0"),
                                                IpPrefix.parseAddress("10.255.255.255")),
                                        TrafficSelector.of(IpPrefix.parse("2001:db8::/64"))))),
                known(
                        "TSR with a security label",
                        "00000010 01 000000 0a 00 0008 73656372",
                        new TrafficSelectors(
                                Role.RESPONDER,
                                List.of(
                                        new TrafficSelectors.Selector.Unknown(
                                                10, 0, Octets.ofHex("73656372"))))),
                known(
                        "CP",
                        "00000018 02 000000 0001 0004 0a090001 0003 0004 0a090002",
                        new Configuration(
                                ConfigurationType.CFG_REPLY,
                                List.of(
                                        ConfigurationAttribute.of(
                                                ConfigurationAttributeType.INTERNAL_IP4_ADDRESS,
                                                new ConfigurationValue.Address(
                                                        IpPrefix.parseAddress("10.9.0.1"))),
                                        ConfigurationAttribute.of(
                                                ConfigurationAttributeType.INTERNAL_IP4_DNS,
                                                new ConfigurationValue.Address(
                                                        IpPrefix.parseAddress("10.9.0.2")))))),
                known("EAP", "00000009 01 07 0005 01", new Eap(Octets.ofHex("01 07 0005 01"))),
                known(
                        "PS",
                        "0000000c 0102 0304 0506 0708",
                        new PuzzleSolution(Octets.ofHex("0102030405060708"))),
                known(
                        "unknown",
                        "00000006 abcd",
                        new UnknownPayload(new PayloadType(128), false, Octets.ofHex("abcd"))));
    }

    private DynamicTest known(String name, String hex, Payload payload) {
        return dynamicTest(
                name,
                () -> {
                    Octets octets = Octets.ofHex(hex);
                    assertThat(MessageCodec.encodePayloads(List.of(payload)).toHex())
                            .isEqualTo(octets.toHex());
                    assertThat(codec.decodePayloads(payload.type(), octets))
                            .isEqualTo(new ChainResult.Payloads(List.of(payload)));
                });
    }

    @TestFactory
    Stream<DynamicTest> malformedPayloads() {
        return Stream.of(
                malformed(
                        "nonce of 15 octets, IK-040",
                        PayloadType.NONCE,
                        "00000013" + "00".repeat(15)),
                malformed(
                        "nonce of 257 octets, IK-040",
                        PayloadType.NONCE,
                        "00000105" + "00".repeat(257)),
                malformed("payload length 3", PayloadType.VENDOR_ID, "00000003"),
                malformed(
                        "payload length beyond the end",
                        PayloadType.VENDOR_ID,
                        "00000009 01020304"),
                malformed("half a header", PayloadType.VENDOR_ID, "0000"),
                malformed("next payload announced, none there", PayloadType.VENDOR_ID, "2b000004"),
                malformed("SA without proposal", PayloadType.SA, "00000004"),
                malformed(
                        "proposal without transform",
                        PayloadType.SA,
                        "0000000c 00 00 0008 01 01 00 00"),
                malformed(
                        "proposal with length 0",
                        PayloadType.SA,
                        "0000000c 00 00 0000 01 01 00 00"),
                malformed(
                        "proposal shorter than its SPI",
                        PayloadType.SA,
                        "0000000c 00 00 0008 01 01 08 01"),
                malformed(
                        "transform with length 4",
                        PayloadType.SA,
                        "00000014 00 00 0010 01 01 00 01 00 00 0004 01 00 0014"),
                malformed(
                        "attribute beyond its transform",
                        PayloadType.SA,
                        "00000018 00 00 0014 01 01 00 01 00 00 000c 01 00 0014 0011 0004"),
                malformed("KE without method", PayloadType.KE, "00000005 00"),
                malformed("ID without type", PayloadType.IDI, "00000006 0100"),
                malformed("CERT without encoding", PayloadType.CERT, "00000004"),
                malformed(
                        "N with SPI beyond the end",
                        PayloadType.NOTIFY,
                        "0000000a 03 04 4009 c0ff"),
                malformed(
                        "D with too few SPIs", PayloadType.DELETE, "0000000c 03 04 0002 c0ffee01"),
                malformed(
                        "D with too many SPIs",
                        PayloadType.DELETE,
                        "00000010 03 04 0001 c0ffee01 c0ffee02"),
                malformed("D with SPIs of no octets", PayloadType.DELETE, "00000008 01 00 0001"),
                malformed("TS with no selector", PayloadType.TSI, "00000008 00 000000"),
                malformed(
                        "TS with too few selectors",
                        PayloadType.TSI,
                        "00000018 02 000000 07 00 0010 0000 ffff 0a000000 0affffff"),
                malformed(
                        "TS upside down",
                        PayloadType.TSI,
                        "00000018 01 000000 07 00 0010 0000 ffff 0affffff 0a000000"),
                malformed(
                        "TS ports upside down",
                        PayloadType.TSI,
                        "00000018 01 000000 07 00 0010 0051 0050 0a000000 0affffff"),
                malformed(
                        "IPv4 TS of 20 octets",
                        PayloadType.TSI,
                        "0000001c 01 000000 07 00 0014 0000 ffff 0a000000 0affffff 00000000"),
                malformed("TS with length 0", PayloadType.TSI, "0000000c 01 000000 09 00 0000"),
                malformed(
                        "attribute beyond its CP", PayloadType.CP, "0000000c 01 000000 0001 0004"),
                malformed("EAP with a wrong length", PayloadType.EAP, "00000009 01 07 0004 01"),
                malformed("EAP request without type", PayloadType.EAP, "00000008 01 07 0004"),
                malformed("PS of five octets", PayloadType.PS, "00000009 0102030405"));
    }

    private DynamicTest malformed(String name, PayloadType type, String hex) {
        return dynamicTest(
                name,
                () ->
                        assertThat(codec.decodePayloads(type, Octets.ofHex(hex)))
                                .isInstanceOf(ChainResult.Malformed.class));
    }

    @Test
    @DisplayName("an IPv4-mapped IPv6 selector stays one of IPv6")
    void mappedAddresses() {
        Octets octets =
                Octets.ofHex(
                        """
                        00000030 01 000000 08 00 0028 0000 ffff
                        00000000000000000000ffff0a000000 00000000000000000000ffff0affffff
                        """);
        ChainResult result = codec.decodePayloads(PayloadType.TSI, octets);

        assertThat(result).isInstanceOf(ChainResult.Payloads.class);
        List<Payload> payloads = ((ChainResult.Payloads) result).payloads();
        assertThat(MessageCodec.encodePayloads(payloads)).isEqualTo(octets);
    }
}
