package io.culvert.ike.extension;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.VendorId;
import java.util.List;

/// Agreement on separate transports: IKE in a TCP connection, framed as RFC 9329 says, and ESP in UDP.
///
///     Initiator, UDP 4500                                             Responder, UDP 4500
///     HDR(A,0), SAi1, KEi, Ni, N(NATD) …, N(SEPARATE_TRANSPORTS)  -->
///                              <--  HDR(A,B), SAr1, KEr, Nr, N(NATD) …, N(SEPARATE_TRANSPORTS)
///     TCP 4500
///     IKETCP, HDR(A,B), SK {IDi, …}                               -->
///                              <--  HDR(A,B), SK {IDr, …}
///
/// No number is assigned to the notification yet; ours is from the private range and counts only beside the Vendor ID.
/// An IKE SA that begins over TCP does without: it has all in its connection (ST-009).
///
/// @spec https://datatracker.ietf.org/doc/draft-ietf-ipsecme-ikev2-reliable-transport/ draft-ietf-ipsecme-ikev2-reliable-transport
public final class SeparateTransports {
    private SeparateTransports() {}

    /// Adds the notification to a message, and the Vendor ID if it is not there already.
    public static void addTo(List<Payload> payloads) {
        if (!payloads.contains(VendorId.IKE_OVER_TCP)) {
            payloads.add(VendorId.IKE_OVER_TCP);
        }
        payloads.add(Notify.of(NotifyType.SEPARATE_TRANSPORTS));
    }

    /// Whether the peer has said so. Data of the notification mean nothing (ST-011).
    public static boolean isAnnounced(List<VendorId> vendors, List<Notify> notifications) {
        return vendors.contains(VendorId.IKE_OVER_TCP)
                && notifications.stream().anyMatch(n -> n.is(NotifyType.SEPARATE_TRANSPORTS));
    }

    /// Whether a responder goes along with it: one of its connections names this transport, and the IKE SA begins over
    /// UDP where ESP can follow.
    ///
    /// @param path where the request came from
    /// @param candidates the connections that the peer may mean
    public static boolean areWelcome(TransportPath path, List<ConnectionConfig> candidates) {
        return path instanceof TransportPath.Udp udp
                && udp.nonEspMarker()
                && candidates.stream()
                        .flatMap(connection -> connection.transports().choices().stream())
                        .anyMatch(TransportChoice.Separate.class::isInstance);
    }
}
