package io.culvert.runtime.embed;

import io.culvert.ipsec.value.IpPrefix;
import java.net.InetAddress;
import java.util.List;

/// Addresses that peers may have while they are connected.
///
/// @param name unique in the configuration
/// @param addresses the addresses; in IPv4 not the first and the last, unless there are fewer than four
/// @param dns DNS servers to announce; an address among them is not leased
public record AddressPool(String name, IpPrefix addresses, List<InetAddress> dns) {
    /// Copies the list.
    public AddressPool {
        dns = List.copyOf(dns);
    }
}
