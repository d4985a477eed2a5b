package io.culvert.linux.route;

/// A network interface.
///
/// @param index its number, unique in the network namespace
/// @param name its name
/// @param mtu its largest packet in octets
/// @param isUp whether it is up
public record Link(int index, String name, int mtu, boolean isUp) {}
