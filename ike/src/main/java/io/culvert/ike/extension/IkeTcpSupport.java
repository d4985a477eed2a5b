package io.culvert.ike.extension;

import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.VendorId;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.util.List;
import java.util.OptionalInt;

/// Discovery of IKE over TCP: "I accept raw IKE on TCP, at this port".
///
///     HDR(A,0), SAi1, KEi, Ni, …, V(ike-tcp), N(IKE_TCP_SUPPORTED)  -->
///                                        <--  HDR(A,B), SAr1, KEr, Nr, …, V(ike-tcp), N(IKE_TCP_SUPPORTED)
///
/// No number was ever assigned to the notification; ours is from the private range and counts only beside the
/// Vendor ID (draft-ietf-ipsecme-ike-tcp, IT-030 to IT-039).
public final class IkeTcpSupport {
    /// The first 16 octets of SHA-256 of `IKE-over-TCP/draft-ietf-ipsecme-ike-tcp-01`.
    public static final Octets VENDOR = Octets.ofHex("c93f2b9aa3298564b1ba12f096c6bf5c");

    private static final int DEFAULT_PORT = 500;

    private IkeTcpSupport() {}

    /// What to send in an IKE_SA_INIT message.
    ///
    /// @param port the port to announce; empty says that we can open connections but not be reached (IT-032)
    public static List<Payload> announcement(OptionalInt port) {
        return List.of(
                new VendorId(VENDOR),
                Notify.of(
                        NotifyType.IKE_TCP_SUPPORTED,
                        new OctetsBuilder(2).u16(port.orElse(0)).build()));
    }

    /// Whether the peer knows of IKE over TCP.
    public static boolean isKnownTo(List<VendorId> vendors) {
        return vendors.stream().anyMatch(v -> v.value().equals(VENDOR));
    }

    /// The port at which the peer can be reached (IT-033): empty if it announced none, or port 0, or one octet.
    public static OptionalInt announcedPort(List<VendorId> vendors, List<Notify> notifications) {
        if (!isKnownTo(vendors)) {
            return OptionalInt.empty();
        }
        return notifications.stream()
                .filter(n -> n.is(NotifyType.IKE_TCP_SUPPORTED) && n.data().size() != 1)
                .mapToInt(n -> n.data().isEmpty() ? DEFAULT_PORT : n.data().u16(0))
                .filter(port -> port != 0)
                .findFirst();
    }
}
