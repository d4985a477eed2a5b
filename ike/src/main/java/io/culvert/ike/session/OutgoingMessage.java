package io.culvert.ike.session;

import io.culvert.ike.extension.Fragmentation;
import io.culvert.ike.keys.SkProtection;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.Octets;
import java.util.List;
import java.util.Optional;

/// A message of ours in the forms in which it is sent: whole, and in fragments over UDP if it is too large for one
/// datagram.
///
/// Each form is sealed once, so that a repetition is bitwise identical (IK-023, IT-021); the forms have different IVs, as
/// one object seals both (IK-070). A small message, which has but one form, keeps nothing else.
final class OutgoingMessage {
    private static final int SMALLEST =
            Fragmentation.messageOctets(Fragmentation.smallestPacketOctets());

    private final Optional<SkProtection> protection;
    private final IkeHeader header;
    private final String notation;
    private final Octets whole;
    private int largestDatagram;
    private List<Payload> payloads;
    private List<Octets> fragments = List.of();

    private OutgoingMessage(
            Optional<SkProtection> protection,
            IkeHeader header,
            String notation,
            Octets whole,
            int largestDatagram,
            List<Payload> payloads) {
        this.protection = protection;
        this.header = header;
        this.notation = notation;
        this.whole = whole;
        this.largestDatagram = largestDatagram;
        this.payloads = payloads;
    }

    /// A message that nothing protects, so it cannot be fragmented.
    static OutgoingMessage unprotected(IkeHeader header, List<Payload> payloads, Octets message) {
        return new OutgoingMessage(
                Optional.empty(),
                header,
                Outbox.notation(payloads),
                message,
                Integer.MAX_VALUE,
                List.of());
    }

    /// A message of an IKE SA.
    ///
    /// @param protection that of the IKE SA, as it is now: later keys are not for this message
    /// @param largestDatagram the size in octets above which it goes in fragments over UDP
    static OutgoingMessage sealed(
            SkProtection protection,
            IkeHeader header,
            List<Payload> payloads,
            int largestDatagram) {
        Octets whole = protection.seal(header, List.of(), payloads);
        return new OutgoingMessage(
                Optional.of(protection),
                header,
                Outbox.notation(payloads),
                whole,
                largestDatagram,
                largestDatagram < Integer.MAX_VALUE && whole.size() > SMALLEST
                        ? List.copyOf(payloads)
                        : List.of());
    }

    IkeHeader header() {
        return header;
    }

    /// Its payloads in short.
    String notation() {
        return notation;
    }

    /// The size of the whole message in octets.
    int size() {
        return whole.size();
    }

    /// The message in one piece.
    List<Octets> whole() {
        return List.of(whole);
    }

    /// What has to be sent on a path.
    List<Octets> on(TransportPath path) {
        boolean fits = !(path instanceof TransportPath.Udp) || whole.size() <= largestDatagram;
        if (fits || protection.isEmpty()) {
            return whole();
        }
        if (fragments.isEmpty()) {
            fragments = protection.get().sealWithin(header, List.of(), payloads, largestDatagram);
        }
        return fragments;
    }

    /// Goes in the smallest pieces from now on: larger ones do not seem to arrive (E1-4).
    void shrink() {
        if (!payloads.isEmpty() && largestDatagram > SMALLEST) {
            largestDatagram = SMALLEST;
            fragments = List.of();
        }
    }
}
