package io.culvert.ike.wire;

import java.util.List;
import java.util.Optional;

/// Finds payloads in a list of them, as it stands in a message or inside an encrypted payload.
public final class PayloadChain {
    private PayloadChain() {}

    /// The type that announces these payloads: that of the first, or none.
    public static PayloadType firstType(List<Payload> payloads) {
        return payloads.isEmpty() ? PayloadType.NONE : payloads.getFirst().type();
    }

    /// The first payload of this class.
    public static <P extends Payload> Optional<P> first(List<Payload> payloads, Class<P> kind) {
        return payloads.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }

    /// All payloads of this class, in their order.
    public static <P extends Payload> List<P> all(List<Payload> payloads, Class<P> kind) {
        return payloads.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /// The identification of the exchange's initiator or responder.
    public static Optional<Identification> identification(List<Payload> payloads, Role role) {
        return all(payloads, Identification.class).stream()
                .filter(id -> id.role() == role)
                .findFirst();
    }

    /// The traffic selectors of the exchange's initiator or responder.
    public static Optional<TrafficSelectors> trafficSelectors(List<Payload> payloads, Role role) {
        return all(payloads, TrafficSelectors.class).stream()
                .filter(selectors -> selectors.role() == role)
                .findFirst();
    }

    /// The first Notify payload of this type.
    public static Optional<Notify> notification(List<Payload> payloads, NotifyType type) {
        return all(payloads, Notify.class).stream()
                .filter(notification -> notification.is(type))
                .findFirst();
    }

    /// All Notify payloads read as what they say, in their order.
    public static List<Notification> notifications(List<Payload> payloads) {
        return all(payloads, Notify.class).stream().map(Notify::notification).toList();
    }

    /// What Notify payloads say that say something of this class, in their order.
    public static <N extends Notification> List<N> notifications(
            List<Payload> payloads, Class<N> kind) {
        return notifications(payloads).stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
