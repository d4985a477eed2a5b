package io.culvert.sim.network;

import java.time.Duration;

/// How a NAT treats those behind it. It has no hairpin.
///
/// @param dependsOnRemote whether each remote endpoint sees another port (address and port dependent mapping)
/// @param keepsPorts whether it keeps the port where that is free
/// @param admitsAnybody whether a mapping once made lets everybody in (endpoint independent filtering); if not, only
///     those whom the host behind it has written to
/// @param udpExpiry after which a mapping without outbound packets is forgotten
/// @param tcpExpiry after which an idle connection is forgotten
/// @param resetsUnknown whether a TCP packet of a forgotten connection is answered with a reset
public record NatBehaviour(
        boolean dependsOnRemote,
        boolean keepsPorts,
        boolean admitsAnybody,
        Duration udpExpiry,
        Duration tcpExpiry,
        boolean resetsUnknown) {}
