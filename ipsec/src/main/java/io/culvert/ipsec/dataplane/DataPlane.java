package io.culvert.ipsec.dataplane;

import io.culvert.ipsec.value.Spi;
import java.util.Collection;
import java.util.List;

/// Carries the packets of Child SAs. Safe for use by many threads; no call blocks for long.
///
/// Events go to the listener that the data plane was made with, on its own threads.
public interface DataPlane extends AutoCloseable {
    /// A short name for `status`, such as `userspace`.
    String name();

    /// Takes `count` inbound SPIs that no SA here uses and no other call gets until they are installed or given back
    /// by [#releaseSpis].
    List<Spi> reserveSpis(int count);

    /// Gives back SPIs that were reserved and not installed.
    void releaseSpis(Collection<Spi> spis);

    /// Installs both directions and the policies, all or nothing. There may be other SAs with the same selectors: all
    /// receive, and the newest sends (RFC 7296 section 2.8).
    ///
    /// @throws IllegalStateException if the inbound SPI or the id is in use
    void install(ChildSaSpec spec);

    /// Installs as [#install] does an SA that the peer may not have yet, as it has still to be told: another with the same
    /// selectors goes on sending, as with [#replace].
    ///
    /// @throws IllegalStateException if the inbound SPI or the id is in use
    void installBehind(ChildSaSpec spec);

    /// Installs `next` so that it receives beside `previous`, which goes on sending until it is removed or
    /// [#switchOutbound] is called. The first packet on `next` is told of ([DataPlaneEvent.FirstPacket]).
    ///
    /// Several may replace the same SA, and one that replaces may be replaced in turn. Of all these one sends at any
    /// moment. When that one is removed, the newest of those that replace it does; if there is none, the one that it
    /// replaced. No packet is lost on the change, and none is sent by an SA that was removed. If `previous` is not
    /// known, this is [#install].
    ///
    /// @throws IllegalStateException if the inbound SPI or the id is in use
    void replace(ChildSaSpec next, ChildSaId previous);

    /// Lets this SA send from now on, in place of those that it replaces or that replace it, and before any other SA
    /// with the same selectors. An unknown id is ignored.
    void switchOutbound(ChildSaId next);

    /// Changes where the outbound ESP of these SAs goes. Unknown ids are ignored.
    void route(Collection<ChildSaId> sas, EspRoute route);

    /// Removes both directions and the policies. Packets that another SA selects go through that one from now on. An
    /// unknown id is ignored.
    void remove(ChildSaId sa);

    /// What the SA has carried; zeros for an unknown id.
    ChildSaCounters counters(ChildSaId sa);

    /// Ends all loops and removes all SAs.
    @Override
    void close();
}
