package io.culvert.ike.exchange;

import io.culvert.ike.wire.Delete;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.ProtocolId;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Spi;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// INFORMATIONAL: liveness checks, deletes and errors.
///
///     Initiator                               Responder
///     HDR, SK {}                         -->                     is the peer alive?
///                                        <--  HDR, SK {}
///     HDR, SK {D(ESP, our inbound SPIs)} -->                     these Child SAs go
///                                        <--  HDR, SK {D(ESP, the SPIs of the other direction)}
///     HDR, SK {D(IKE)}                   -->                     everything goes
///                                        <--  HDR, SK {}
///     HDR, SK {N(INVALID_SPI)}           -->                     your ESP comes by an SPI that is none of ours
///                                        <--  HDR, SK {}
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-1.4 RFC 7296 section 1.4
public final class Informational {
    static final ExchangeSpec SPEC =
            new ExchangeSpec(ExchangeType.INFORMATIONAL, PayloadRules.none(), PayloadRules.none());

    private Informational() {}

    /// What the peer wants.
    ///
    /// @param deletesIkeSa whether the IKE SA goes, and all its Child SAs with it
    /// @param deletedOutbound the SPIs of Child SAs that go: the peer's inbound, our outbound ones
    /// @param notKnown SPIs by which we send and that the peer does not know
    /// @param error an error that ends the IKE SA: the peer refuses who we are
    public record Wishes(
            boolean deletesIkeSa,
            List<Spi> deletedOutbound,
            List<Spi> notKnown,
            Optional<Notify> error) {
        /// Copies the lists.
        public Wishes {
            deletedOutbound = List.copyOf(deletedOutbound);
            notKnown = List.copyOf(notKnown);
        }
    }

    /// A liveness check.
    public static List<Payload> livenessCheck() {
        return List.of();
    }

    /// The end of the IKE SA.
    public static List<Payload> deleteIkeSa() {
        return List.of(Delete.ikeSa());
    }

    /// The end of Child SAs.
    ///
    /// @param inbound our inbound SPIs
    public static List<Payload> deleteChildSas(List<Spi> inbound) {
        return inbound.isEmpty() ? List.of() : List.of(Delete.childSas(inbound));
    }

    /// The refusal of a responder that did not prove who it is (IK-087); the IKE SA goes with it.
    public static List<Payload> refuse(NotifyType error) {
        return List.of(Notify.of(error), Delete.ikeSa());
    }

    /// Word of ESP that came by an SPI that is none of ours.
    public static List<Payload> unknownSpi(Spi spi) {
        return List.of(new Notification.InvalidSpi(spi).toNotify());
    }

    /// The same for a sender with whom there is no IKE SA: one message that nothing protects and nobody answers.
    ///
    /// @param any an SPI that means nothing: not zero, which other implementations may take for malformed
    /// @spec https://www.rfc-editor.org/rfc/rfc7296#section-1.5 RFC 7296 section 1.5
    public static IkeMessage unprotectedUnknownSpi(IkeSpi any, Spi spi) {
        return new IkeMessage(
                IkeHeader.request(any, IkeSpi.ZERO, ExchangeType.INFORMATIONAL, true, 0),
                unknownSpi(spi));
    }

    /// Which SPI a message names that is like [#unprotectedUnknownSpi].
    public static Optional<Spi> namesUnknownSpi(IkeMessage message) {
        IkeHeader header = message.header();
        boolean hasForm =
                header.exchangeType().equals(ExchangeType.INFORMATIONAL) && !header.response();
        return hasForm
                ? PayloadChain.notifications(message.payloads(), Notification.InvalidSpi.class)
                        .stream()
                        .map(Notification.InvalidSpi::spi)
                        .findFirst()
                : Optional.empty();
    }

    /// Reads a request, or a response with deletes.
    public static Wishes read(List<Payload> payloads) {
        // a set: a message has room for thousands of SPIs, and one may be there many times
        Set<Spi> outbound = new LinkedHashSet<>();
        boolean ike = false;
        for (Delete delete : PayloadChain.all(payloads, Delete.class)) {
            ike |= delete.protocol().equals(ProtocolId.IKE);
            if (delete.protocol().equals(ProtocolId.ESP)) {
                delete.spis().stream()
                        .filter(spi -> spi.size() == 4)
                        .map(Spi::of)
                        .forEach(outbound::add);
            }
        }
        Optional<Notify> error =
                PayloadChain.all(payloads, Notify.class).stream()
                        .filter(n ->
                                n.is(NotifyType.AUTHENTICATION_FAILED)
                                        || n.is(NotifyType.INVALID_SYNTAX))
                        .findFirst();
        List<Spi> notKnown =
                PayloadChain.notifications(payloads, Notification.InvalidSpi.class).stream()
                        .map(Notification.InvalidSpi::spi)
                        .toList();
        return new Wishes(ike, List.copyOf(outbound), notKnown, error);
    }
}
