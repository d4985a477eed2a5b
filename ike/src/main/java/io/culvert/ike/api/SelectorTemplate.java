package io.culvert.ike.api;

import io.culvert.ipsec.value.TrafficSelector;

/// A traffic selector as configured.
public sealed interface SelectorTemplate {
    /// Exactly this range.
    record Fixed(TrafficSelector selector) implements SelectorTemplate {}

    /// The virtual IP if one is assigned, else the address of the IKE SA: `dynamic`.
    ///
    /// @param protocol the IP protocol, 0 for any
    /// @param startPort the first port
    /// @param endPort the last port
    record Dynamic(int protocol, int startPort, int endPort) implements SelectorTemplate {
        /// Any protocol and port.
        public static final Dynamic ANY = new Dynamic(0, 0, 65_535);
    }
}
