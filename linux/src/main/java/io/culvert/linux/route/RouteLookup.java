package io.culvert.linux.route;

import java.net.InetAddress;
import java.util.Optional;

/// The way that a packet without ports would take now.
///
/// @param destination where to
/// @param link the index of the interface it leaves by
/// @param gateway the next host, if not the destination itself
/// @param source our address, if the kernel has one to offer
public record RouteLookup(
        InetAddress destination,
        int link,
        Optional<InetAddress> gateway,
        Optional<InetAddress> source) {}
