package io.culvert.ike.transport;

/// Names a TCP connection, incoming or outgoing; unique in the process, never used again.
///
/// @param value the number, which [io.culvert.ipsec.dataplane.EspRoute.Tcp] gives too
public record ConnectionId(long value) {}
