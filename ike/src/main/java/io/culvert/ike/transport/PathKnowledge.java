package io.culvert.ike.transport;

import java.util.Optional;
import java.util.OptionalInt;

/// What is known of the ways to the peer.
///
/// @param arrangement how the IKE SA travels now
/// @param originalInitiator whether we started the first IKE SA of the peering (in RFC 9329, the TCP Originator)
/// @param mobike whether the IKE SA is established and both sides know MOBIKE
/// @param noNat whether NAT detection was carried out and found no NAT at either side
/// @param announcedPort the port at which the peer takes raw IKE over TCP, if it has announced one
/// @param startsOverTcp whether raw IKE over TCP is configured without waiting for that
/// @param tcpRefused whether a connection could not be opened just now
/// @param udpDead whether UDP is known to lead nowhere
/// @param streamWanted whether configuration lets the IKE SA move into a TCP connection
/// @param udp from where to where UDP goes, if the peer's endpoint is known
/// @param stream the TCP connection that is open
public record PathKnowledge(
        Arrangement arrangement,
        boolean originalInitiator,
        boolean mobike,
        boolean noNat,
        OptionalInt announcedPort,
        boolean startsOverTcp,
        boolean tcpRefused,
        boolean udpDead,
        boolean streamWanted,
        Optional<TransportPath.Udp> udp,
        Optional<TransportPath.Tcp> stream) {}
