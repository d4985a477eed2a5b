package io.culvert.ike.api;

import java.net.InetAddress;

/// What an attempt that succeeded has taught about the way to a peer. Worth as much as the network stays the same.
///
/// @param worked the transport
/// @param remote the peer's address
/// @param othersDeaf whether a preferred attempt had an answer to its IKE_SA_INIT and none to its IKE_AUTH, so that it
///     would win again and lead nowhere again
public record Experience(TransportChoice worked, InetAddress remote, boolean othersDeaf) {}
