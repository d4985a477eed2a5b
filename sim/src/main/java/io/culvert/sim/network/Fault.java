package io.culvert.sim.network;

import java.util.Locale;

/// Something that goes wrong in a simulated world.
public enum Fault {
    /// A datagram vanished.
    LOST,
    /// A datagram arrived twice.
    DUPLICATED,
    /// A datagram was overtaken by a later one.
    OVERTAKEN,
    /// A datagram did not get through because fragments do not.
    FRAGMENTS_DROPPED,
    /// A firewall stopped a datagram or a connection.
    BLOCKED,
    /// A dead link swallowed a datagram.
    CUT,
    /// A NAT refused a datagram that nobody had asked for.
    REFUSED_BY_NAT,
    /// A NAT had forgotten a mapping that was used again.
    MAPPING_EXPIRED,
    /// A NAT lost all its mappings at once.
    NAT_REBOUND,
    /// A TCP connection was reset at both ends.
    STREAM_RESET,
    /// A TCP connection broke, and one end did not learn of it.
    STREAM_HALF_OPEN,
    /// A TCP connection ended because nothing got through for long.
    STREAM_TIMED_OUT,
    /// A NAT reset a TCP connection that it had forgotten.
    STREAM_FORGOTTEN,
    /// A host that did not know a TCP connection reset it.
    STREAM_UNKNOWN,
    /// A TCP connection could not be opened in time.
    CONNECT_TIMED_OUT,
    /// A host lost its memory.
    CRASHED;

    /// For people.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
