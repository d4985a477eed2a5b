package io.culvert.ike.wire;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads chains of payloads. Total, within limits.
final class PayloadDecoder {
    private static final Set<PayloadType> KNOWN =
            Set.of(
                    PayloadType.SA,
                    PayloadType.KE,
                    PayloadType.IDI,
                    PayloadType.IDR,
                    PayloadType.CERT,
                    PayloadType.CERTREQ,
                    PayloadType.AUTH,
                    PayloadType.NONCE,
                    PayloadType.NOTIFY,
                    PayloadType.DELETE,
                    PayloadType.VENDOR_ID,
                    PayloadType.TSI,
                    PayloadType.TSR,
                    PayloadType.SK,
                    PayloadType.CP,
                    PayloadType.EAP,
                    PayloadType.SKF,
                    PayloadType.PS);

    private static final String HEADER = "payload header";
    private static final int CRITICAL = 0x80;
    private static final int FIXED_FORMAT = 0x8000;
    private static final int MORE_PROPOSALS = 2;
    private static final int MORE_TRANSFORMS = 3;

    private final WireLimits limits;
    private final Map<PayloadType, BodyDecoder> decoders = new HashMap<>();

    PayloadDecoder(WireLimits limits) {
        this.limits = limits;
        decoders.put(PayloadType.SA, this::securityAssociation);
        decoders.put(PayloadType.KE, PayloadDecoder::keyExchange);
        decoders.put(PayloadType.IDI, body -> identification(Role.INITIATOR, body));
        decoders.put(PayloadType.IDR, body -> identification(Role.RESPONDER, body));
        decoders.put(
                PayloadType.CERT,
                body ->
                        new Certificate(
                                new CertificateEncoding(body.u8("CERT encoding")), body.rest()));
        decoders.put(
                PayloadType.CERTREQ,
                body ->
                        new CertificateRequest(
                                new CertificateEncoding(body.u8("CERTREQ encoding")), body.rest()));
        decoders.put(PayloadType.AUTH, PayloadDecoder::authentication);
        decoders.put(PayloadType.NONCE, body -> new Nonce(body.rest()));
        decoders.put(PayloadType.NOTIFY, PayloadDecoder::notification);
        decoders.put(PayloadType.DELETE, this::delete);
        decoders.put(PayloadType.VENDOR_ID, body -> new VendorId(body.rest()));
        decoders.put(PayloadType.TSI, body -> selectors(Role.INITIATOR, body));
        decoders.put(PayloadType.TSR, body -> selectors(Role.RESPONDER, body));
        decoders.put(PayloadType.CP, this::configuration);
        decoders.put(PayloadType.EAP, body -> new Eap(body.rest()));
        decoders.put(PayloadType.PS, body -> new PuzzleSolution(body.rest()));
    }

    @FunctionalInterface
    private interface BodyDecoder {
        Payload decode(Reader body) throws InvalidSyntax;
    }

    static boolean isKnown(PayloadType type) {
        return KNOWN.contains(type);
    }

    /// Reads payloads to the end of `octets`.
    ///
    /// @param encryptedAllowed whether an encrypted payload may end the chain
    ChainResult decodeChain(PayloadType first, Octets octets, boolean encryptedAllowed) {
        List<Payload> payloads = new ArrayList<>();
        Reader in = new Reader(octets);
        PayloadType type = first;
        try {
            while (!type.equals(PayloadType.NONE)) {
                requireLimit(payloads.size() + 1, limits.payloads(), "payloads");
                PayloadType next = new PayloadType(in.u8(HEADER));
                boolean critical = (in.u8(HEADER) & CRITICAL) != 0;
                int length = in.u16(HEADER);
                Reader body = in.part(length - Wire.PAYLOAD_HEADER_OCTETS, "payload");
                if (type.equals(PayloadType.SK) || type.equals(PayloadType.SKF)) {
                    requireLast(encryptedAllowed && !in.hasMore(), type);
                    payloads.add(encrypted(type, next, body));
                    return new ChainResult.Payloads(payloads);
                }
                if (critical && !isKnown(type)) {
                    return new ChainResult.UnknownCriticalPayload(type);
                }
                payloads.add(body(type, body));
                type = next;
            }
            in.requireEnd("the last payload");
        } catch (InvalidSyntax e) {
            return new ChainResult.Malformed(e.reason(), "in " + type + ": " + e.detail());
        }
        return new ChainResult.Payloads(payloads);
    }

    private Payload body(PayloadType type, Reader in) throws InvalidSyntax {
        BodyDecoder decoder = decoders.get(type);
        if (decoder == null) {
            return new UnknownPayload(type, false, in.rest());
        }
        try {
            Payload payload = decoder.decode(in);
            in.requireEnd("a payload");
            return payload;
        } catch (IllegalArgumentException e) {
            // the constructors are the rules about values
            throw new InvalidSyntax(
                    MalformedReason.VALUE_OUT_OF_RANGE, String.valueOf(e.getMessage()));
        }
    }

    private static Payload encrypted(PayloadType type, PayloadType firstInner, Reader in)
            throws InvalidSyntax {
        if (type.equals(PayloadType.SK)) {
            return new Encrypted(firstInner, in.rest());
        }
        int number = in.u16("fragment number");
        int total = in.u16("number of fragments");
        if (number == 0 || number > total) {
            throw new InvalidSyntax(
                    MalformedReason.VALUE_OUT_OF_RANGE, "fragment " + number + " of " + total);
        }
        return new EncryptedFragment(firstInner, number, total, in.rest());
    }

    private SecurityAssociation securityAssociation(Reader in) throws InvalidSyntax {
        List<ProposalSubstructure> proposals = new ArrayList<>();
        int transforms = 0;
        while (in.hasMore()) {
            requireLimit(proposals.size() + 1, limits.proposals(), "proposals");
            ProposalSubstructure proposal = proposal(in, limits.transforms() - transforms);
            transforms += proposal.transforms().size();
            proposals.add(proposal);
        }
        return new SecurityAssociation(proposals);
    }

    private ProposalSubstructure proposal(Reader in, int transformsLeft) throws InvalidSyntax {
        int more = in.u8("proposal");
        in.u8("proposal");
        int length = in.u16("proposal");
        Reader body = in.part(length - 4, "proposal");
        requireMark(more, MORE_PROPOSALS, in.hasMore(), "proposal");
        int number = body.u8("proposal number");
        ProtocolId protocol = new ProtocolId(body.u8("protocol"));
        int spiOctets = body.u8("SPI size");
        int announced = body.u8("number of transforms");
        Octets spi = body.take(spiOctets, "SPI");
        List<TransformSubstructure> transforms = new ArrayList<>();
        while (body.hasMore()) {
            requireLimit(transforms.size() + 1, transformsLeft, "transforms");
            transforms.add(transform(body));
        }
        if (transforms.size() != announced) {
            throw new InvalidSyntax(
                    MalformedReason.COUNT_MISMATCH,
                    "proposal announces " + announced + " transforms, has " + transforms.size());
        }
        return new ProposalSubstructure(number, protocol, spi, transforms);
    }

    private TransformSubstructure transform(Reader in) throws InvalidSyntax {
        int more = in.u8("transform");
        in.u8("transform");
        int length = in.u16("transform");
        Reader body = in.part(length - 4, "transform");
        requireMark(more, MORE_TRANSFORMS, in.hasMore(), "transform");
        TransformType type = new TransformType(body.u8("transform type"));
        body.u8("transform");
        int id = body.u16("transform ID");
        List<TransformAttribute> attributes = new ArrayList<>();
        while (body.hasMore()) {
            requireLimit(attributes.size() + 1, limits.attributes(), "attributes");
            attributes.add(attribute(body));
        }
        return new TransformSubstructure(type, id, attributes);
    }

    private static TransformAttribute attribute(Reader in) throws InvalidSyntax {
        int type = in.u16("attribute");
        int value = in.u16("attribute");
        return (type & FIXED_FORMAT) != 0
                ? new TransformAttribute.Fixed(type & ~FIXED_FORMAT, value)
                : new TransformAttribute.Variable(type, in.take(value, "attribute value"));
    }

    private static KeyExchangePayload keyExchange(Reader in) throws InvalidSyntax {
        int method = in.u16("key exchange method");
        in.u16("KE");
        return new KeyExchangePayload(method, in.rest());
    }

    private static Identification identification(Role role, Reader in) throws InvalidSyntax {
        IdentificationType type = new IdentificationType(in.u8("ID type"));
        Octets reserved = in.take(3, "RESERVED");
        return new Identification(role, type, reserved, in.rest());
    }

    private static Authentication authentication(Reader in) throws InvalidSyntax {
        AuthenticationMethod method = new AuthenticationMethod(in.u8("AUTH method"));
        in.take(3, "RESERVED");
        return new Authentication(method, in.rest());
    }

    private static Notify notification(Reader in) throws InvalidSyntax {
        ProtocolId protocol = new ProtocolId(in.u8("protocol"));
        int spiOctets = in.u8("SPI size");
        int code = in.u16("notify message type");
        Octets spi = in.take(spiOctets, "SPI");
        return new Notify(protocol, spi, code, in.rest());
    }

    private Delete delete(Reader in) throws InvalidSyntax {
        ProtocolId protocol = new ProtocolId(in.u8("protocol"));
        int spiOctets = in.u8("SPI size");
        int announced = in.u16("number of SPIs");
        requireLimit(announced, limits.spis(), "SPIs");
        List<Octets> spis = new ArrayList<>();
        while (in.hasMore() && spis.size() < announced) {
            spis.add(in.take(spiOctets, "SPI"));
        }
        if (spis.size() != announced) {
            throw new InvalidSyntax(
                    MalformedReason.COUNT_MISMATCH,
                    "D announces " + announced + " SPIs, has " + spis.size());
        }
        return new Delete(protocol, spis);
    }

    private static TrafficSelectors selectors(Role role, Reader in) throws InvalidSyntax {
        int announced = in.u8("number of traffic selectors");
        in.take(3, "RESERVED");
        List<TrafficSelectors.Selector> selectors = new ArrayList<>();
        while (in.hasMore() && selectors.size() < announced) {
            selectors.add(selector(in));
        }
        if (selectors.size() != announced) {
            throw new InvalidSyntax(
                    MalformedReason.COUNT_MISMATCH,
                    "TS announces " + announced + " selectors, has " + selectors.size());
        }
        return new TrafficSelectors(role, selectors);
    }

    private static TrafficSelectors.Selector selector(Reader in) throws InvalidSyntax {
        int type = in.u8("TS Type");
        int protocol = in.u8("traffic selector");
        int length = in.u16("traffic selector");
        Reader body = in.part(length - 4, "traffic selector");
        if (type != TrafficSelectors.IPV4_RANGE && type != TrafficSelectors.IPV6_RANGE) {
            return new TrafficSelectors.Selector.Unknown(type, protocol, body.rest());
        }
        int octets = type == TrafficSelectors.IPV4_RANGE ? 4 : 16;
        int startPort = body.u16("start port");
        int endPort = body.u16("end port");
        Octets startAddress = body.take(octets, "start address");
        Octets endAddress = body.take(octets, "end address");
        body.requireEnd("traffic selector");
        return new TrafficSelectors.Selector.Range(
                new TrafficSelector(
                        protocol,
                        startPort,
                        endPort,
                        IpPrefix.address(startAddress.toArray()),
                        IpPrefix.address(endAddress.toArray())));
    }

    private Configuration configuration(Reader in) throws InvalidSyntax {
        ConfigurationType type = new ConfigurationType(in.u8("CP type"));
        in.take(3, "RESERVED");
        List<ConfigurationAttribute> attributes = new ArrayList<>();
        while (in.hasMore()) {
            requireLimit(
                    attributes.size() + 1,
                    limits.configurationAttributes(),
                    "configuration attributes");
            // the highest bit is reserved
            int attributeType = in.u16("attribute") & 0x7fff;
            int length = in.u16("attribute");
            attributes.add(
                    new ConfigurationAttribute(
                            new ConfigurationAttributeType(attributeType),
                            in.take(length, "attribute value")));
        }
        return new Configuration(type, attributes);
    }

    private static void requireMark(int mark, int more, boolean follows, String what)
            throws InvalidSyntax {
        if (mark != (follows ? more : 0)) {
            throw new InvalidSyntax(
                    MalformedReason.COUNT_MISMATCH,
                    what
                            + " is marked "
                            + mark
                            + ", "
                            + (follows ? "but" : "and no")
                            + " other follows");
        }
    }

    private static void requireLimit(int count, int limit, String what) throws InvalidSyntax {
        if (count > limit) {
            throw new InvalidSyntax(
                    MalformedReason.LIMIT_EXCEEDED, "more than " + limit + " " + what);
        }
    }

    private static void requireLast(boolean last, PayloadType type) throws InvalidSyntax {
        if (!last) {
            throw new InvalidSyntax(
                    MalformedReason.MISPLACED_ENCRYPTED, type + " is not the last payload outside");
        }
    }
}
