package io.culvert.ike.wire;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// An IKE message: a header and the payloads outside of encryption, in their order.
///
/// Of an encrypted message the last payload is [Encrypted] or [EncryptedFragment]; no other payload can follow one.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.1 RFC 7296 section 3.1
/// @param header the header
/// @param payloads the payloads, possibly none
public record IkeMessage(IkeHeader header, List<Payload> payloads) {
    /// Copies the list and checks that an encrypted payload is the last.
    public IkeMessage {
        payloads = List.copyOf(payloads);
        for (int i = 0; i < payloads.size() - 1; i++) {
            if (payloads.get(i).isProtection()) {
                throw new IllegalArgumentException("an encrypted payload is the last one");
            }
        }
    }

    /// The first payload of this class.
    public <P extends Payload> Optional<P> payload(Class<P> kind) {
        return PayloadChain.first(payloads, kind);
    }

    /// All payloads of this class, in their order.
    public <P extends Payload> List<P> payloads(Class<P> kind) {
        return PayloadChain.all(payloads, kind);
    }

    /// The identification of the exchange's initiator or responder.
    public Optional<Identification> identification(Role role) {
        return PayloadChain.identification(payloads, role);
    }

    /// The traffic selectors of the exchange's initiator or responder.
    public Optional<TrafficSelectors> trafficSelectors(Role role) {
        return PayloadChain.trafficSelectors(payloads, role);
    }

    /// The first Notify payload of this type.
    public Optional<Notify> notification(NotifyType type) {
        return PayloadChain.notification(payloads, type);
    }

    /// All Notify payloads read as what they say, in their order.
    public List<Notification> notifications() {
        return PayloadChain.notifications(payloads);
    }

    /// What Notify payloads say that say something of this class, in their order.
    public <N extends Notification> List<N> notifications(Class<N> kind) {
        return PayloadChain.notifications(payloads, kind);
    }

    /// The same header with other payloads: what a message says once it is decrypted.
    public IkeMessage withPayloads(List<Payload> others) {
        return new IkeMessage(header, others);
    }

    /// One line in the RFC's notation: header, then payload names.
    @Override
    public String toString() {
        return header
                + payloads.stream()
                        .map(Payload::notation)
                        .collect(Collectors.joining(", ", " {", "}"));
    }
}
