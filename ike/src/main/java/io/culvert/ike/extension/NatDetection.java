package io.culvert.ike.extension;

import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/// NAT detection: hashes of the addresses and ports that each side believes in.
///
///     HDR(A,0), SAi1, KEi, Ni, N(NAT_DETECTION_SOURCE_IP), N(NAT_DETECTION_DESTINATION_IP)  -->
///     <--  HDR(A,B), SAr1, KEr, Nr, N(NAT_DETECTION_SOURCE_IP), N(NAT_DETECTION_DESTINATION_IP)
///
/// Over TCP the connection's own addresses and ports are hashed (IT-05B, TE-070).
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.23 RFC 7296 section 2.23
public final class NatDetection {
    private NatDetection() {}

    /// What was found.
    ///
    /// @param carriedOut whether the peer sent both notifications; if not, nothing is known
    /// @param us whether we are behind a NAT
    /// @param peer whether the peer is, or says so to have ESP encapsulated in a way that we do not know
    public record Finding(boolean carriedOut, boolean us, boolean peer) {
        /// Nothing is known.
        public static final Finding UNKNOWN = new Finding(false, false, false);

        /// Whether it was looked for, and there is none at either side.
        public boolean foundNone() {
            return carriedOut && !anyNat();
        }

        /// Whether there is a NAT anywhere.
        public boolean anyNat() {
            return us || peer;
        }
    }

    /// `SHA-1(SPIi | SPIr | address | port)`.
    public static Octets hash(IkeSpi initiator, IkeSpi responder, InetSocketAddress endpoint) {
        return hash(initiator, responder, endpoint.getAddress(), endpoint.getPort());
    }

    /// The notifications to send from `local` to `remote`, to stand right behind the nonce.
    ///
    /// @param forceEncapsulation whether to send a source hash that matches nothing, so that the peer encapsulates
    ///     ESP in UDP although there is no NAT: we have no other way to receive it
    public static List<Payload> notifications(
            IkeSpi initiator,
            IkeSpi responder,
            InetSocketAddress local,
            InetSocketAddress remote,
            boolean forceEncapsulation) {
        Octets source =
                forceEncapsulation
                        ? forcing(initiator, responder, local.getAddress())
                        : hash(initiator, responder, local);
        return List.of(
                Notify.of(NotifyType.NAT_DETECTION_SOURCE_IP, source),
                Notify.of(
                        NotifyType.NAT_DETECTION_DESTINATION_IP,
                        hash(initiator, responder, remote)));
    }

    /// Compares what the peer sent with where its message came from and arrived.
    ///
    /// @param local where the message arrived
    /// @param remote where it came from
    public static Finding evaluate(
            IkeSpi initiator,
            IkeSpi responder,
            InetSocketAddress local,
            InetSocketAddress remote,
            List<Notify> received) {
        List<Octets> sources = data(received, NotifyType.NAT_DETECTION_SOURCE_IP);
        List<Octets> destinations = data(received, NotifyType.NAT_DETECTION_DESTINATION_IP);
        if (sources.isEmpty() || destinations.isEmpty()) {
            return Finding.UNKNOWN;
        }
        boolean us = !destinations.contains(hash(initiator, responder, local));
        boolean forced = sources.contains(forcing(initiator, responder, remote.getAddress()));
        boolean peer = !forced && !sources.contains(hash(initiator, responder, remote));
        return new Finding(true, us, peer);
    }

    private static List<Octets> data(List<Notify> received, NotifyType type) {
        return received.stream().filter(n -> n.is(type)).map(Notify::data).toList();
    }

    private static Octets hash(IkeSpi initiator, IkeSpi responder, InetAddress address, int port) {
        byte[] input =
                new OctetsBuilder(34)
                        .u64(initiator.value())
                        .u64(responder.value())
                        .octets(address.getAddress())
                        .u16(port)
                        .toArray();
        try {
            return Octets.wrap(MessageDigest.getInstance("SHA-1").digest(input));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    /// The hash of no address at all: it matches nothing, and our own kind knows it for a wish and not for a NAT.
    private static Octets forcing(IkeSpi initiator, IkeSpi responder, InetAddress sample) {
        InetAddress none = IpPrefix.address(new byte[sample.getAddress().length]);
        return hash(initiator, responder, none, 0);
    }
}
