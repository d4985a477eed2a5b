package io.culvert.ike.api;

import io.culvert.ike.auth.Identity;
import io.culvert.ike.proposal.IkeSuite;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// A session as it stands, for `status`. Holds no secrets.
///
/// @param connection the configured connection; empty while a responder does not know yet
/// @param state the stage in a word: `AwaitingAuthResponse`, `Established`
/// @param originalInitiator whether we started it
/// @param initiatorSpi the original initiator's SPI
/// @param responderSpi the original responder's SPI, zero while unknown
/// @param local who we are, once known
/// @param remote who the peer is, once authenticated
/// @param eapIdentity who the peer has proved to be by EAP, if it did; `remote` then is only who it says to be
/// @param path where the latest IKE message went or came
/// @param transportWhy why IKE uses that transport
/// @param transportSince since when
/// @param suite the algorithms, once agreed
/// @param natUs whether we are behind a NAT
/// @param natPeer whether the peer is
/// @param virtualIps addresses assigned to us or leased to the peer
/// @param resumed whether it took the place of an earlier one by a ticket (RFC 5723)
/// @param establishedAt when it was established
/// @param rekeyAt when the IKE SA is to be rekeyed
/// @param children its Child SAs
public record SessionStatus(
        Optional<String> connection,
        String state,
        boolean originalInitiator,
        IkeSpi initiatorSpi,
        IkeSpi responderSpi,
        Optional<Identity> local,
        Optional<Identity> remote,
        Optional<String> eapIdentity,
        Optional<TransportPath> path,
        String transportWhy,
        MonoTime transportSince,
        Optional<IkeSuite> suite,
        boolean natUs,
        boolean natPeer,
        List<InetAddress> virtualIps,
        boolean resumed,
        Optional<MonoTime> establishedAt,
        Optional<MonoTime> rekeyAt,
        List<ChildSaStatus> children) {
    /// Copies the lists.
    public SessionStatus {
        virtualIps = List.copyOf(virtualIps);
        children = List.copyOf(children);
    }

    /// Whom older IKE SAs belong to: never somebody that the peer only says to be.
    public Optional<Identity> proved() {
        return eapIdentity.map(Identity::ofEap).or(() -> remote);
    }

    /// A Child SA as it stands.
    ///
    /// @param name the configured child
    /// @param id its name to the data plane, which has the counters
    /// @param inboundSpi the SPI of packets to us
    /// @param outboundSpi the SPI of packets to the peer
    /// @param transform the algorithms
    /// @param local selectors of our side
    /// @param remote selectors of the peer's side
    /// @param route where its ESP goes
    /// @param establishedAt when it was established
    /// @param rekeyAt when it is to be rekeyed
    /// @param expiresAt when it goes, if that does not come about
    public record ChildSaStatus(
            String name,
            ChildSaId id,
            Spi inboundSpi,
            Spi outboundSpi,
            EspTransform transform,
            List<TrafficSelector> local,
            List<TrafficSelector> remote,
            EspRoute route,
            MonoTime establishedAt,
            Optional<MonoTime> rekeyAt,
            Optional<MonoTime> expiresAt) {
        /// Copies the lists.
        public ChildSaStatus {
            local = List.copyOf(local);
            remote = List.copyOf(remote);
        }
    }
}
