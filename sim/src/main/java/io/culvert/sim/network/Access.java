package io.culvert.sim.network;

import java.net.InetAddress;
import java.util.Optional;

/// Where a host is plugged in: its address, its link, and what stands between it and the world.
public final class Access {
    private final InetAddress address;
    private final Optional<Nat> nat;
    private final Firewall firewall = new Firewall();
    private LinkQuality quality;
    private Optional<Host> host = Optional.empty();
    private boolean cut;

    Access(InetAddress address, LinkQuality quality, Optional<Nat> nat) {
        this.address = address;
        this.quality = quality;
        this.nat = nat;
    }

    /// The host's own address.
    public InetAddress address() {
        return address;
    }

    /// The NAT that the host is behind.
    public Optional<Nat> nat() {
        return nat;
    }

    /// The firewall that the host is behind.
    public Firewall firewall() {
        return firewall;
    }

    /// How good the link is.
    public LinkQuality quality() {
        return quality;
    }

    /// Changes the link.
    public void quality(LinkQuality other) {
        quality = other;
    }

    /// Whether everything vanishes from now on, without anybody being told.
    public void cut(boolean now) {
        cut = now;
    }

    boolean isCut() {
        return cut;
    }

    /// The host has come up.
    public void plugIn(Host newHost) {
        host = Optional.of(newHost);
    }

    /// The host is off.
    public void unplug() {
        host = Optional.empty();
    }

    Optional<Host> host() {
        return host;
    }
}
