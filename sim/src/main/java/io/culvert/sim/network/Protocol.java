package io.culvert.sim.network;

/// What an IP packet carries.
public enum Protocol {
    /// UDP.
    UDP,
    /// TCP.
    TCP
}
