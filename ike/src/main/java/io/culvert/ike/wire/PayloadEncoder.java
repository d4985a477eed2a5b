package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.List;

/// Writes payloads. Whatever could be constructed can be written.
final class PayloadEncoder {
    private static final int MORE_PROPOSALS = 2;
    private static final int MORE_TRANSFORMS = 3;
    private static final int FIXED_FORMAT = 0x8000;
    private static final int CRITICAL = 0x80;

    private PayloadEncoder() {}

    /// Writes payloads one after another; the last announces `following`, unless it is encrypted itself.
    static void encodeChain(OctetsBuilder out, List<Payload> chain, PayloadType following) {
        for (int i = 0; i < chain.size(); i++) {
            PayloadType next = i + 1 < chain.size() ? chain.get(i + 1).type() : following;
            encode(out, chain.get(i), next);
        }
    }

    static void genericHeader(OctetsBuilder out, PayloadType next, int bodyOctets) {
        out.u8(next.value()).u8(0).u16(Wire.PAYLOAD_HEADER_OCTETS + bodyOctets);
    }

    private static void encode(OctetsBuilder out, Payload payload, PayloadType next) {
        int start = out.size();
        genericHeader(out, next, 0);
        switch (payload) {
            case SecurityAssociation sa -> proposals(out, sa.proposals());
            case KeyExchangePayload ke -> out.u16(ke.method()).u16(0).octets(ke.data());
            case Identification id ->
                    out.u8(id.idType().value()).octets(id.reserved()).octets(id.data());
            case Certificate cert -> out.u8(cert.encoding().value()).octets(cert.data());
            case CertificateRequest request ->
                    out.u8(request.encoding().value()).octets(request.authorities());
            case Authentication auth -> out.u8(auth.method().value()).zeros(3).octets(auth.data());
            case Nonce nonce -> out.octets(nonce.value());
            case Notify n ->
                    out.u8(n.protocol().value())
                            .u8(n.spi().size())
                            .u16(n.code())
                            .octets(n.spi())
                            .octets(n.data());
            case Delete delete -> delete(out, delete);
            case VendorId vendor -> out.octets(vendor.value());
            case TrafficSelectors ts -> selectors(out, ts.selectors());
            case Encrypted sk -> {
                out.putU8(start, sk.firstInner().value());
                out.octets(sk.body());
            }
            case EncryptedFragment skf -> {
                out.putU8(start, skf.firstInner().value());
                out.u16(skf.number()).u16(skf.total()).octets(skf.body());
            }
            case Configuration cp -> configuration(out, cp);
            case Eap eap -> out.octets(eap.message());
            case PuzzleSolution ps -> out.octets(ps.solution());
            case UnknownPayload unknown -> {
                out.putU8(start + 1, unknown.critical() ? CRITICAL : 0);
                out.octets(unknown.body());
            }
        }
        out.putU16(start + 2, out.size() - start);
    }

    private static void proposals(OctetsBuilder out, List<ProposalSubstructure> proposals) {
        for (int i = 0; i < proposals.size(); i++) {
            ProposalSubstructure proposal = proposals.get(i);
            out.u8(i + 1 < proposals.size() ? MORE_PROPOSALS : 0)
                    .u8(0)
                    .u16(proposal.lengthOctets())
                    .u8(proposal.number())
                    .u8(proposal.protocol().value())
                    .u8(proposal.spi().size())
                    .u8(proposal.transforms().size())
                    .octets(proposal.spi());
            transforms(out, proposal.transforms());
        }
    }

    private static void transforms(OctetsBuilder out, List<TransformSubstructure> transforms) {
        for (int i = 0; i < transforms.size(); i++) {
            TransformSubstructure transform = transforms.get(i);
            out.u8(i + 1 < transforms.size() ? MORE_TRANSFORMS : 0)
                    .u8(0)
                    .u16(transform.lengthOctets())
                    .u8(transform.type().value())
                    .u8(0)
                    .u16(transform.id());
            transform.attributes().forEach(attribute -> attribute(out, attribute));
        }
    }

    private static void attribute(OctetsBuilder out, TransformAttribute attribute) {
        switch (attribute) {
            case TransformAttribute.Fixed(int type, int value) ->
                    out.u16(FIXED_FORMAT | type).u16(value);
            case TransformAttribute.Variable(int type, Octets value) ->
                    out.u16(type).u16(value.size()).octets(value);
        }
    }

    private static void delete(OctetsBuilder out, Delete delete) {
        out.u8(delete.protocol().value()).u8(delete.spiOctets()).u16(delete.spis().size());
        delete.spis().forEach(out::octets);
    }

    private static void selectors(OctetsBuilder out, List<TrafficSelectors.Selector> selectors) {
        out.u8(selectors.size()).zeros(3);
        for (TrafficSelectors.Selector selector : selectors) {
            switch (selector) {
                case TrafficSelectors.Selector.Range(TrafficSelector range) ->
                        out.u8(
                                        range.isIpv4()
                                                ? TrafficSelectors.IPV4_RANGE
                                                : TrafficSelectors.IPV6_RANGE)
                                .u8(range.protocol())
                                .u16(selector.lengthOctets())
                                .u16(range.startPort())
                                .u16(range.endPort())
                                .octets(range.startAddress().getAddress())
                                .octets(range.endAddress().getAddress());
                case TrafficSelectors.Selector.Unknown(int type, int protocol, Octets body) ->
                        out.u8(type).u8(protocol).u16(selector.lengthOctets()).octets(body);
            }
        }
    }

    private static void configuration(OctetsBuilder out, Configuration cp) {
        out.u8(cp.configurationType().value()).zeros(3);
        for (ConfigurationAttribute attribute : cp.attributes()) {
            out.u16(attribute.type().value())
                    .u16(attribute.value().size())
                    .octets(attribute.value());
        }
    }
}
