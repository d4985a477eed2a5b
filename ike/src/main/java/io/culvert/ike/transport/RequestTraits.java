package io.culvert.ike.transport;

import java.util.List;

/// What the choice of a transport has to know of a request.
///
/// @param purpose what it is for
/// @param bound whether it loses its meaning on another transport (IT-050)
/// @param octets the size of the message
/// @param responseOctets the size that its response is expected to have
/// @param copies the paths that it has been sent on, the latest last
/// @param datagrams how often it has been sent over UDP
/// @param spent whether it has been sent over UDP as often as it may be
public record RequestTraits(
        Purpose purpose,
        boolean bound,
        int octets,
        int responseOctets,
        List<TransportPath> copies,
        int datagrams,
        boolean spent) {
    /// What a request is for.
    public enum Purpose {
        /// IKE_SA_INIT, which nothing authenticates.
        INIT,
        /// What follows until the IKE SA is established.
        SETUP,
        /// Whether the peer lives, or where it sees us: of use only on the path of ESP.
        LIVENESS,
        /// Whether the peer is where it says to be (COOKIE2).
        RETURN_ROUTABILITY,
        /// Tells addresses that the SAs move to, or that no NAT may change (UPDATE_SA_ADDRESSES, NO_NATS_ALLOWED).
        ADDRESSES,
        /// All else.
        OTHER;

        /// Whether it says something about the path that it takes, so that it cannot do so on another.
        boolean isOfPath() {
            return this == LIVENESS || this == RETURN_ROUTABILITY || this == ADDRESSES;
        }
    }

    /// Copies the list.
    public RequestTraits {
        copies = List.copyOf(copies);
    }

    /// Whether it has been sent at all.
    public boolean wasSent() {
        return !copies.isEmpty();
    }

    /// Whether a copy went over another transport than `path`: of another kind, or between UDP ports of the other sort.
    boolean wentElsewhere(TransportPath path) {
        return copies.stream().anyMatch(copy -> !isSameTransport(copy, path));
    }

    private static boolean isSameTransport(TransportPath one, TransportPath other) {
        boolean otherSort =
                one instanceof TransportPath.Udp first
                        && other instanceof TransportPath.Udp second
                        && first.nonEspMarker() != second.nonEspMarker();
        return one.kind() == other.kind() && !otherSort;
    }
}
