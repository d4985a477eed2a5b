package io.culvert.ike.exchange;

import io.culvert.ike.extension.Fragmentation;
import io.culvert.ike.extension.IkeTcpSupport;
import io.culvert.ike.extension.NatDetection;
import io.culvert.ike.extension.SeparateTransports;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ike.proposal.IkeSuite;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.VendorId;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// What two peers have agreed on in IKE_SA_INIT, or in IKE_SESSION_RESUME.
///
/// @param initiatorSpi the original initiator's SPI
/// @param responderSpi the original responder's SPI
/// @param suite the algorithms
/// @param secret the shared secret of the key exchange; of no use after IKE_SESSION_RESUME
/// @param initiatorNonce Ni
/// @param responderNonce Nr
/// @param nat what NAT detection found
/// @param signatureHashes the hash algorithms that the peer announced, empty if none
/// @param knowsIkeTcp whether the peer knows IKE over TCP
/// @param ikeTcpPort where the peer can be reached by raw IKE over TCP
/// @param separateTransports whether the peer knows how to have IKE in a connection and ESP in UDP
/// @param fragmentation whether both sides understand fragments of IKE messages
/// @param ppk in which exchange both sides use a post-quantum pre-shared key, if they have the same
/// @param childless whether the responder does without a Child SA in IKE_AUTH
public record InitialKeys(
        IkeSpi initiatorSpi,
        IkeSpi responderSpi,
        IkeSuite suite,
        KeyMaterial secret,
        Octets initiatorNonce,
        Octets responderNonce,
        NatDetection.Finding nat,
        Set<Integer> signatureHashes,
        boolean knowsIkeTcp,
        OptionalInt ikeTcpPort,
        boolean separateTransports,
        boolean fragmentation,
        PpkMode ppk,
        boolean childless) {
    private static final KeyMaterial FORGOTTEN = KeyMaterial.wrap("forgotten", new byte[0]);

    /// Copies the set.
    public InitialKeys {
        signatureHashes = Set.copyOf(signatureHashes);
    }

    /// What a message of IKE_SA_INIT, or of IKE_SESSION_RESUME, and our own have agreed on.
    ///
    /// @param received the peer's message
    /// @param contributions what both sides put in
    /// @param fragments whether we want fragments
    static InitialKeys agreed(
            TransportPath path,
            IkeMessage received,
            IkeKeys.Contributions contributions,
            IkeSuite suite,
            KeyMaterial secret,
            boolean fragments,
            PpkMode ppk) {
        List<Notify> notifications = received.payloads(Notify.class);
        List<VendorId> vendors = received.payloads(VendorId.class);
        IkeHeader header = received.header();
        NatDetection.Finding nat =
                NatDetection.evaluate(
                        header.initiatorSpi(),
                        header.responderSpi(),
                        path.local(),
                        path.remote(),
                        notifications);
        return new InitialKeys(
                contributions.spiI(),
                contributions.spiR(),
                suite,
                secret,
                contributions.nonceI(),
                contributions.nonceR(),
                nat,
                hashes(notifications),
                IkeTcpSupport.isKnownTo(vendors),
                IkeTcpSupport.announcedPort(vendors, notifications),
                SeparateTransports.isAnnounced(vendors, notifications),
                fragments && Fragmentation.isAnnounced(notifications),
                ppk,
                received.notification(NotifyType.CHILDLESS_IKEV2_SUPPORTED).isPresent());
    }

    /// The same where the keys come from those of an earlier IKE SA, and no key exchange takes place.
    static InitialKeys resumed(
            TransportPath path,
            IkeMessage received,
            IkeKeys.Contributions contributions,
            IkeSuite suite,
            boolean fragments) {
        return agreed(path, received, contributions, suite, FORGOTTEN, fragments, PpkMode.NONE);
    }

    private static Set<Integer> hashes(List<Notify> notifications) {
        Set<Integer> hashes = new LinkedHashSet<>();
        notifications.stream()
                .filter(n -> n.is(NotifyType.SIGNATURE_HASH_ALGORITHMS))
                .map(Notify::data)
                .forEach(data -> {
                    for (int at = 0; at + 1 < data.size(); at += 2) {
                        hashes.add(data.u16(at));
                    }
                });
        return hashes;
    }

    /// The keys that come of the key exchange; the secret is closed.
    public IkeKeys derive(CryptoProvider crypto) {
        try (secret) {
            return IkeKeys.initial(crypto, suite, secret, contributions());
        }
    }

    /// What both sides have put in beside the secret.
    public IkeKeys.Contributions contributions() {
        return new IkeKeys.Contributions(
                initiatorNonce, responderNonce, initiatorSpi, responderSpi);
    }

    /// The same without what keys come from: once the first Child SA has its own, all others come from SK_d.
    public InitialKeys withoutNonces() {
        return new InitialKeys(
                initiatorSpi,
                responderSpi,
                suite,
                FORGOTTEN,
                Octets.EMPTY,
                Octets.EMPTY,
                nat,
                Set.of(),
                knowsIkeTcp,
                ikeTcpPort,
                separateTransports,
                fragmentation,
                ppk,
                childless);
    }

    /// The same after the peers have moved to where there are other NATs.
    public InitialKeys withNat(NatDetection.Finding found) {
        return new InitialKeys(
                initiatorSpi,
                responderSpi,
                suite,
                secret,
                initiatorNonce,
                responderNonce,
                found,
                signatureHashes,
                knowsIkeTcp,
                ikeTcpPort,
                separateTransports,
                fragmentation,
                ppk,
                childless);
    }

    /// The same for an IKE SA that replaces this one: its keys come from SK_d and from what CREATE_CHILD_SA exchanged.
    public InitialKeys rekeyed(IkeSpi initiator, IkeSpi responder, IkeSuite chosen) {
        return new InitialKeys(
                initiator,
                responder,
                chosen,
                FORGOTTEN,
                Octets.EMPTY,
                Octets.EMPTY,
                nat,
                Set.of(),
                knowsIkeTcp,
                ikeTcpPort,
                separateTransports,
                fragmentation,
                ppk,
                childless);
    }
}
