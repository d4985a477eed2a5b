package io.culvert.ike.extension;

import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// MOBIKE: the IKE SA and its Child SAs move to other addresses.
///
///     Initiator                                                        Responder
///     IKE_AUTH: HDR, SK {…, N(MOBIKE_SUPPORTED)}                  -->
///                    <--  HDR, SK {…, N(MOBIKE_SUPPORTED), N(ADDITIONAL_IP4_ADDRESS) …}
///
///     from another address
///     HDR, SK {N(UPDATE_SA_ADDRESSES), N(NAT_DETECTION_SOURCE_IP),
///              N(NAT_DETECTION_DESTINATION_IP)}                   -->
///                    <--  HDR, SK {N(NAT_DETECTION_SOURCE_IP), N(NAT_DETECTION_DESTINATION_IP)}
///                    <--  HDR, SK {N(COOKIE2)}                         can it be reached there?
///     HDR, SK {N(COOKIE2)}                                        -->
///
/// The original initiator decides which addresses are used; those that count are in the IP header.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4555#section-3 RFC 4555 section 3
public final class Mobike {
    /// The octets of our own COOKIE2: nobody guesses 16.
    public static final int COOKIE_OCTETS = 16;

    /// Our choice: a peer may have more addresses, but we do not try so many.
    private static final int MOST_ADDRESSES = 8;

    private Mobike() {}

    // IKE_AUTH

    /// Says that we understand MOBIKE; goes with the SA payload.
    public static Payload support() {
        return Notify.of(NotifyType.MOBIKE_SUPPORTED);
    }

    /// Whether the peer understands it.
    public static boolean isSupported(List<Payload> payloads) {
        return has(payloads, NotifyType.MOBIKE_SUPPORTED);
    }

    // Further addresses

    /// Tells at which other addresses we can be reached, in place of what was told before.
    ///
    /// @param others our addresses other than the one that the message is sent from
    public static List<Payload> additionalAddresses(List<InetAddress> others) {
        if (others.isEmpty()) {
            return List.of(Notify.of(NotifyType.NO_ADDITIONAL_ADDRESSES));
        }
        List<Payload> payloads = new ArrayList<>();
        others.stream()
                .limit(MOST_ADDRESSES)
                .map(address -> new Notification.AdditionalAddress(address).toNotify())
                .forEach(payloads::add);
        return payloads;
    }

    /// The further addresses that the peer tells, without those that cannot be another host's; empty if it tells
    /// nothing about them.
    public static Optional<List<InetAddress>> toldAddresses(List<Payload> payloads) {
        Set<InetAddress> told = new LinkedHashSet<>();
        boolean any = false;
        for (Payload payload : payloads) {
            if (payload instanceof Notify notify) {
                any |= notify.is(NotifyType.NO_ADDITIONAL_ADDRESSES);
                if (notify.notification() instanceof Notification.AdditionalAddress(var address)) {
                    any = true;
                    if (isUnicast(address) && told.size() < MOST_ADDRESSES) {
                        told.add(address);
                    }
                }
            }
        }
        return any ? Optional.of(List.copyOf(told)) : Optional.empty();
    }

    private static boolean isUnicast(InetAddress address) {
        return !address.isAnyLocalAddress()
                && !address.isLoopbackAddress()
                && !address.isLinkLocalAddress()
                && !address.isMulticastAddress();
    }

    // Moving

    /// Moves the SAs to the addresses of `path`, on which the request is sent.
    ///
    /// @param natDetection the NAT detection of that path
    public static List<Payload> update(List<Payload> natDetection) {
        List<Payload> payloads = new ArrayList<>(3);
        payloads.add(Notify.of(NotifyType.UPDATE_SA_ADDRESSES));
        payloads.addAll(natDetection);
        return payloads;
    }

    /// Whether the peer wants the SAs moved to where this came from.
    public static boolean isUpdate(List<Payload> payloads) {
        return has(payloads, NotifyType.UPDATE_SA_ADDRESSES);
    }

    /// Whether the peer does not take the addresses.
    public static boolean isUnacceptable(List<Payload> response) {
        return has(response, NotifyType.UNACCEPTABLE_ADDRESSES);
    }

    /// Whether the peer found a NAT where we allowed none.
    public static boolean isNatUnexpected(List<Payload> response) {
        return has(response, NotifyType.UNEXPECTED_NAT_DETECTED);
    }

    /// NAT detection for a message on `path`. The hash of the source is wrong on purpose where ESP goes in UDP whether
    /// there is a NAT or not, as it was in IKE_SA_INIT.
    public static List<Payload> natDetection(
            IkeSpi initiator, IkeSpi responder, TransportPath path) {
        boolean force = path.kind() != TransportKind.TCP_ENCAPSULATION;
        return NatDetection.notifications(initiator, responder, path.local(), path.remote(), force);
    }

    /// What NAT detection says about the path by which a message came.
    public static NatDetection.Finding natDetected(
            IkeSpi initiator, IkeSpi responder, TransportPath path, List<Payload> payloads) {
        return NatDetection.evaluate(
                initiator,
                responder,
                path.local(),
                path.remote(),
                PayloadChain.all(payloads, Notify.class));
    }

    /// The hash of the address at which the peer sees us; it changes when a NAT gives us another one (E2-5).
    public static Optional<Octets> seenAs(List<Payload> payloads) {
        return PayloadChain.notification(payloads, NotifyType.NAT_DETECTION_DESTINATION_IP)
                .map(Notify::data);
    }

    // Return routability

    /// Asks the peer to send this back from where it says to be.
    ///
    /// @param cookie [#COOKIE_OCTETS] that nobody can guess
    public static Payload challenge(Octets cookie) {
        return new Notification.Cookie2(cookie).toNotify();
    }

    /// What has to go back of a request, octet by octet.
    public static List<Payload> echo(List<Payload> request) {
        return PayloadChain.notification(request, NotifyType.COOKIE2).stream()
                .map(Payload.class::cast)
                .toList();
    }

    /// Whether a response brings back the cookie of [#challenge].
    public static boolean isEchoed(Octets cookie, List<Payload> response) {
        return PayloadChain.notifications(response, Notification.Cookie2.class).stream()
                .anyMatch(echo -> echo.value().equals(cookie));
    }

    // No NATs

    /// Says between which addresses and ports the message travels, as nobody may change them (E2-7).
    public static Payload noNatsAllowed(TransportPath path) {
        return new Notification.NoNatsAllowed(
                        path.local().getAddress(),
                        path.remote().getAddress(),
                        path.local().getPort(),
                        path.remote().getPort())
                .toNotify();
    }

    /// Whether the peer allows no NAT, and there is one: what it says differs from the path by which the message came.
    /// Over TCP encapsulation it does not matter (TE-088).
    public static boolean findsForbiddenNat(TransportPath path, List<Payload> request) {
        if (path.kind() == TransportKind.TCP_ENCAPSULATION) {
            return false;
        }
        return PayloadChain.notifications(request, Notification.NoNatsAllowed.class).stream()
                .anyMatch(said ->
                        !endpoint(said.source(), said.sourcePort()).equals(path.remote())
                                || !endpoint(said.destination(), said.destinationPort())
                                        .equals(path.local()));
    }

    private static InetSocketAddress endpoint(InetAddress address, int port) {
        return new InetSocketAddress(address, port);
    }

    private static boolean has(List<Payload> payloads, NotifyType type) {
        return PayloadChain.notification(payloads, type).isPresent();
    }
}
