package io.culvert.runtime.embed;

import java.util.OptionalInt;

/// The ports that an endpoint has, after free ones were chosen for those configured as 0.
///
/// @param udp the UDP port for IKE alone
/// @param natTraversal the UDP port shared with ESP
/// @param ikeTcp the first TCP port that serves raw IKE
/// @param tcpEncapsulation the first TCP port that serves encapsulation
public record BoundPorts(
        int udp, int natTraversal, OptionalInt ikeTcp, OptionalInt tcpEncapsulation) {}
