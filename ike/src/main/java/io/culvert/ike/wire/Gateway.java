package io.culvert.ike.wire;

import java.net.InetAddress;

/// A gateway in a redirect: an address, or a name to be looked up.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5685#section-7.2 RFC 5685 section 7.2
public sealed interface Gateway {
    /// By address.
    ///
    /// @param address IPv4 or IPv6
    record ByAddress(InetAddress address) implements Gateway {}

    /// By name.
    ///
    /// @param fqdn 1 to 255 ASCII characters
    record ByName(String fqdn) implements Gateway {
        /// Checks length and characters.
        public ByName {
            Wire.requireRange(fqdn.length(), 1, 255, "length of a name");
            if (!fqdn.chars().allMatch(c -> c > ' ' && c < 127)) {
                throw new IllegalArgumentException("a domain name is printable ASCII");
            }
        }
    }
}
