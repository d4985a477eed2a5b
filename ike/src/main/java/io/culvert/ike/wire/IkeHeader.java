package io.culvert.ike.wire;

import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.util.Optional;
import java.util.OptionalLong;

/// The IKE header without what follows from the payloads: the type of the first one and the length.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.1 RFC 7296 section 3.1
/// @param initiatorSpi the SPI of the IKE SA's original initiator
/// @param responderSpi the SPI of the IKE SA's original responder; zero while it is not known
/// @param majorVersion 2, or what a peer sent, 0 to 15
/// @param minorVersion 0, or what a peer sent, 0 to 15
/// @param exchangeType the kind of exchange
/// @param originalInitiator the I flag: the sender is the original initiator of this IKE SA
/// @param higherVersion the V flag: the sender can speak a higher major version
/// @param response the R flag: this answers the request with the same message ID
/// @param messageId 32 bits, unsigned
public record IkeHeader(
        IkeSpi initiatorSpi,
        IkeSpi responderSpi,
        int majorVersion,
        int minorVersion,
        ExchangeType exchangeType,
        boolean originalInitiator,
        boolean higherVersion,
        boolean response,
        long messageId) {
    /// The octets of an IKE header.
    public static final int OCTETS = Wire.HEADER_OCTETS;

    /// The major version that is spoken here.
    public static final int MAJOR_VERSION = 2;

    private static final int RESPONSE_FLAG = 0x20;
    private static final int VERSION_FLAG = 0x10;
    private static final int INITIATOR_FLAG = 0x08;
    static final int NEXT_PAYLOAD_OFFSET = 16;
    static final int LENGTH_OFFSET = 24;

    /// Checks the ranges.
    public IkeHeader {
        Wire.requireRange(majorVersion, 0, 15, "major version");
        Wire.requireRange(minorVersion, 0, 15, "minor version");
        Wire.requireU32(messageId, "message ID");
    }

    /// The header of a request in version 2.0.
    ///
    /// @param originalInitiator whether we are the original initiator of the IKE SA
    public static IkeHeader request(
            IkeSpi initiatorSpi,
            IkeSpi responderSpi,
            ExchangeType exchangeType,
            boolean originalInitiator,
            long messageId) {
        return new IkeHeader(
                initiatorSpi,
                responderSpi,
                MAJOR_VERSION,
                0,
                exchangeType,
                originalInitiator,
                false,
                false,
                messageId);
    }

    /// The header of the response to this request, in version 2.0: same SPIs, exchange and message ID.
    public IkeHeader reply() {
        return new IkeHeader(
                initiatorSpi,
                responderSpi,
                MAJOR_VERSION,
                0,
                exchangeType,
                !originalInitiator,
                false,
                true,
                messageId);
    }

    /// This header with the SPI that the responder has chosen.
    public IkeHeader withResponderSpi(IkeSpi chosen) {
        return new IkeHeader(
                initiatorSpi,
                chosen,
                majorVersion,
                minorVersion,
                exchangeType,
                originalInitiator,
                higherVersion,
                response,
                messageId);
    }

    /// The SPI of the message's sender.
    public IkeSpi senderSpi() {
        return originalInitiator ? initiatorSpi : responderSpi;
    }

    /// The SPI of the message's receiver: by it an endpoint finds its own IKE SA.
    public IkeSpi receiverSpi() {
        return originalInitiator ? responderSpi : initiatorSpi;
    }

    /// Reads a header from the first 28 octets without judging it; nothing if there are fewer.
    public static Optional<IkeHeader> peek(Octets message) {
        if (message.size() < OCTETS) {
            return Optional.empty();
        }
        int version = message.u8(17);
        int flags = message.u8(19);
        return Optional.of(
                new IkeHeader(
                        new IkeSpi(message.u64(0)),
                        new IkeSpi(message.u64(8)),
                        version >>> 4,
                        version & 0xf,
                        new ExchangeType(message.u8(18)),
                        (flags & INITIATOR_FLAG) != 0,
                        (flags & VERSION_FLAG) != 0,
                        (flags & RESPONSE_FLAG) != 0,
                        message.u32(20)));
    }

    /// The length that a message's header announces, in octets; nothing if there is no whole header.
    public static OptionalLong announcedLength(Octets message) {
        return message.size() < OCTETS
                ? OptionalLong.empty()
                : OptionalLong.of(message.u32(LENGTH_OFFSET));
    }

    static PayloadType firstPayload(Octets message) {
        return new PayloadType(message.u8(NEXT_PAYLOAD_OFFSET));
    }

    void encode(OctetsBuilder out, PayloadType firstPayload, long lengthOctets) {
        int flags =
                (response ? RESPONSE_FLAG : 0)
                        | (higherVersion ? VERSION_FLAG : 0)
                        | (originalInitiator ? INITIATOR_FLAG : 0);
        out.u64(initiatorSpi.value())
                .u64(responderSpi.value())
                .u8(firstPayload.value())
                .u8(majorVersion << 4 | minorVersion)
                .u8(exchangeType.value())
                .u8(flags)
                .u32(messageId)
                .u32(lengthOctets);
    }

    /// One line, such as `IKE_AUTH request 1 (000000000000000a_000000000000000b)`.
    @Override
    public String toString() {
        return exchangeType
                + (response ? " response " : " request ")
                + messageId
                + " ("
                + initiatorSpi
                + "_"
                + responderSpi
                + ")";
    }
}
