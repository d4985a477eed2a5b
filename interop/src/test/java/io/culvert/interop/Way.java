package io.culvert.interop;

/// One way that IKE and ESP can go between two Culverts.
enum Way {
    UDP("udp", "udp"),
    IKE_TCP("ike-tcp", "udp"),
    TCP_ENCAPSULATION("tcp-encapsulation", "tcp-encapsulation");

    /// The transport of IKE, as `status` names it.
    final String ike;

    /// The transport of ESP, as `status` names it.
    final String esp;

    Way(String ike, String esp) {
        this.ike = ike;
        this.esp = esp;
    }

    CulvertConf configuration() {
        return switch (this) {
            case UDP -> CulvertConf.UDP;
            case IKE_TCP -> CulvertConf.IKE_TCP;
            case TCP_ENCAPSULATION -> CulvertConf.TCP_ENCAPSULATION;
        };
    }
}
