package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.util.List;

/// Between octets and messages, in both directions.
///
/// Decoding is total: any octets give a [DecodeResult], in time and memory linear in their number. Encoding cannot
/// fail, except that a message whose payloads together do not fit an SK payload cannot be encrypted as one. Keys and
/// padding are not known here: an SK payload is decoded and encoded closed, see [#protectedPrefix].
///
/// Safe for use by many threads.
public final class MessageCodec {
    private final WireLimits limits;
    private final PayloadDecoder payloads;

    /// A codec with the default limits.
    public MessageCodec() {
        this(WireLimits.DEFAULT);
    }

    /// A codec with these limits on what is decoded.
    public MessageCodec(WireLimits limits) {
        this.limits = limits;
        this.payloads = new PayloadDecoder(limits);
    }

    /// Decodes one whole message, without marker or length prefix of a transport.
    public DecodeResult decode(Octets message) {
        IkeHeader header = IkeHeader.peek(message).orElse(null);
        if (header == null) {
            return new DecodeResult.NoHeader(message.size());
        }
        if (header.majorVersion() != IkeHeader.MAJOR_VERSION) {
            return new DecodeResult.UnsupportedVersion(header);
        }
        try {
            checkHeader(header, message);
        } catch (InvalidSyntax e) {
            return new DecodeResult.Malformed(header, e.reason(), e.detail());
        }
        ChainResult chain =
                payloads.decodeChain(
                        IkeHeader.firstPayload(message), message.slice(IkeHeader.OCTETS), true);
        return switch (chain) {
            case ChainResult.Payloads(List<Payload> list) ->
                    new DecodeResult.Decoded(new IkeMessage(header, list));
            case ChainResult.UnknownCriticalPayload(PayloadType type) ->
                    new DecodeResult.UnknownCriticalPayload(header, type);
            case ChainResult.Malformed(MalformedReason reason, String detail) ->
                    new DecodeResult.Malformed(header, reason, detail);
        };
    }

    /// Decodes the payloads that were inside an SK payload, or inside all fragments of one message together.
    ///
    /// @param first the type of the first payload, from the SK payload's header or that of fragment 1
    /// @param plaintext the payloads, padding removed
    public ChainResult decodePayloads(PayloadType first, Octets plaintext) {
        return payloads.decodeChain(first, plaintext, false);
    }

    /// Encodes a message.
    public static Octets encode(IkeMessage message) {
        Octets chain = encodePayloads(message.payloads());
        OctetsBuilder out = new OctetsBuilder(IkeHeader.OCTETS + chain.size());
        message.header()
                .encode(
                        out,
                        PayloadChain.firstType(message.payloads()),
                        (long) IkeHeader.OCTETS + chain.size());
        return out.octets(chain).build();
    }

    /// Encodes payloads one after another, as they go into an SK payload; its header announces
    /// [PayloadChain#firstType].
    public static Octets encodePayloads(List<Payload> chain) {
        OctetsBuilder out = new OctetsBuilder();
        PayloadEncoder.encodeChain(out, chain, PayloadType.NONE);
        return out.build();
    }

    /// Everything of an encrypted message before the body of its SK payload: IKE header, payloads in the clear, and
    /// the SK payload's generic header. These octets are the additional data of an AEAD, the start of what an
    /// integrity algorithm covers, and, with the length of the plaintext, the A of RFC 9242.
    ///
    /// @param clear payloads before the SK payload, in nearly all messages none
    /// @param firstInner the type of the first payload inside
    /// @param bodyOctets the length of IV, ciphertext and ICV together
    /// @throws IllegalArgumentException if the body is longer than a payload can be
    public static Octets protectedPrefix(
            IkeHeader header, List<Payload> clear, PayloadType firstInner, int bodyOctets) {
        Wire.requireBody(bodyOctets, "SK");
        OctetsBuilder out = new OctetsBuilder();
        openProtection(out, header, clear, PayloadType.SK, bodyOctets);
        PayloadEncoder.genericHeader(out, firstInner, bodyOctets);
        return out.build();
    }

    /// As [#protectedPrefix], of a message that is a fragment: fragment number and total are included.
    ///
    /// @param firstInner none in all fragments but the first
    /// @param number the number of this fragment, from 1
    /// @param total how many fragments there are
    public static Octets protectedFragmentPrefix(
            IkeHeader header,
            List<Payload> clear,
            PayloadType firstInner,
            int number,
            int total,
            int bodyOctets) {
        int octets = EncryptedFragment.NUMBERS_OCTETS + bodyOctets;
        Wire.requireBody(octets, "SKF");
        Wire.requireU16(total, "number of fragments");
        Wire.requireRange(number, 1, total, "fragment number");
        OctetsBuilder out = new OctetsBuilder();
        openProtection(out, header, clear, PayloadType.SKF, octets);
        PayloadEncoder.genericHeader(out, firstInner, octets);
        return out.u16(number).u16(total).build();
    }

    /// What [#protectedPrefix] would have given for a message that came, from its octets as they came: reserved bits stay.
    /// Of a message that came in fragments, this takes the first, and what it gives is that of the whole message.
    ///
    /// @param message an encrypted message, or a first fragment
    /// @param decoded the same, decoded
    /// @param bodyOctets the length that the SK payload's body shall have
    /// @spec https://www.rfc-editor.org/rfc/rfc9242#section-3.3.2 RFC 9242 section 3.3.2
    public static Octets receivedPrefix(Octets message, IkeMessage decoded, int bodyOctets) {
        boolean fragment = decoded.payloads().getLast() instanceof EncryptedFragment;
        int afterHeader =
                switch (decoded.payloads().getLast()) {
                    case Encrypted(PayloadType _, Octets body) -> message.size() - body.size();
                    case EncryptedFragment(PayloadType _, int _, int _, Octets body) ->
                            message.size() - body.size() - EncryptedFragment.NUMBERS_OCTETS;
                    case Payload other ->
                            throw new IllegalArgumentException(other.type() + " is not encrypted");
                };
        OctetsBuilder out = new OctetsBuilder(afterHeader).octets(message.slice(0, afterHeader));
        if (fragment) {
            out.putU8(nextPayloadBeforeLast(message, decoded), PayloadType.SK.value());
        }
        return out.putU16(afterHeader - 2, Wire.PAYLOAD_HEADER_OCTETS + bodyOctets)
                .putU32(IkeHeader.LENGTH_OFFSET, afterHeader + bodyOctets)
                .build();
    }

    /// Where the message says of which type its last payload is.
    private static int nextPayloadBeforeLast(Octets message, IkeMessage decoded) {
        int place = IkeHeader.NEXT_PAYLOAD_OFFSET;
        int payload = IkeHeader.OCTETS;
        for (int i = 1; i < decoded.payloads().size(); i++) {
            place = payload;
            payload += message.u16(payload + 2);
        }
        return place;
    }

    private static void openProtection(
            OctetsBuilder out,
            IkeHeader header,
            List<Payload> clear,
            PayloadType protection,
            int octets) {
        OctetsBuilder chain = new OctetsBuilder();
        PayloadEncoder.encodeChain(chain, clear, protection);
        PayloadType first = clear.isEmpty() ? protection : PayloadChain.firstType(clear);
        long length = (long) IkeHeader.OCTETS + chain.size() + Wire.PAYLOAD_HEADER_OCTETS + octets;
        header.encode(out, first, length);
        out.octets(chain.build());
    }

    private void checkHeader(IkeHeader header, Octets message) throws InvalidSyntax {
        if (message.size() > limits.messageOctets()) {
            throw new InvalidSyntax(
                    MalformedReason.MESSAGE_TOO_LARGE, "message of " + message.size() + " octets");
        }
        long announced = IkeHeader.announcedLength(message).orElseThrow();
        if (announced != message.size()) {
            throw new InvalidSyntax(
                    MalformedReason.LENGTH_MISMATCH,
                    "message of " + message.size() + " octets announces " + announced);
        }
        if (header.initiatorSpi().isZero()) {
            throw new InvalidSyntax(
                    MalformedReason.ZERO_INITIATOR_SPI, "the initiator's SPI is zero");
        }
    }
}
