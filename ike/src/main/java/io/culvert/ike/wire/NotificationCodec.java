package io.culvert.ike.wire;

import static io.culvert.ike.wire.NotifyType.*;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import io.culvert.ipsec.value.Spi;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Between Notify payloads and what they say. Total in both directions.
final class NotificationCodec {
    private static final int GATEWAY_IPV4 = 1;
    private static final int GATEWAY_IPV6 = 2;
    private static final int GATEWAY_FQDN = 3;
    private static final int AGGFRAG_CONGESTION = 0x02;
    private static final int AGGFRAG_NO_FRAGMENTS = 0x01;
    private static final int CONFIRMATION_OCTETS = 8;

    /// Types whose data has a meaning that is not read here.
    private static final Set<NotifyType> OPAQUE =
            EnumSet.of(
                    LINK_ID,
                    ROHC_SUPPORTED,
                    SECURE_PASSWORD_METHODS,
                    PSK_PERSIST,
                    PSK_CONFIRM,
                    IFOM_CAPABILITY,
                    GROUP_SENDER);

    /// Types with data; all others say everything by being there.
    private static final Map<NotifyType, DataReader> READERS = new EnumMap<>(NotifyType.class);

    static {
        addCore();
        addExtensions();
    }

    private NotificationCodec() {}

    @FunctionalInterface
    private interface DataReader {
        Notification read(Notify payload, Reader in) throws InvalidSyntax;
    }

    static Notification decode(Notify payload) {
        NotifyType type = NotifyType.ofCode(payload.code()).orElse(null);
        if (type == null) {
            return new Notification.Unknown(payload);
        }
        if (OPAQUE.contains(type)) {
            return new Notification.Opaque(type, payload);
        }
        DataReader reader = READERS.get(type);
        if (reader == null) {
            return new Notification.Signal(type);
        }
        try {
            return reader.read(payload, new Reader(payload.data()));
        } catch (InvalidSyntax | IllegalArgumentException _) {
            return new Notification.Unusable(type, payload);
        }
    }

    private static void addCore() {
        READERS.put(
                UNSUPPORTED_CRITICAL_PAYLOAD,
                (_, in) ->
                        new Notification.UnsupportedCriticalPayload(
                                new PayloadType(in.u8("payload type"))));
        READERS.put(
                INVALID_MAJOR_VERSION,
                (_, in) -> new Notification.InvalidMajorVersion(in.u8("version")));
        READERS.put(INVALID_MESSAGE_ID, (_, in) -> new Notification.InvalidMessageId(in.u32("ID")));
        READERS.put(INVALID_SPI, (_, in) -> new Notification.InvalidSpi(Spi.of(in.take(4, "SPI"))));
        READERS.put(
                INVALID_KE_PAYLOAD, (_, in) -> new Notification.InvalidKePayload(in.u16("method")));
        READERS.put(
                INVALID_SELECTORS,
                (n, in) ->
                        new Notification.InvalidSelectors(
                                n.protocol(), Spi.of(n.spi()), in.rest()));
        READERS.put(
                CHILD_SA_NOT_FOUND,
                (n, _) -> new Notification.ChildSaNotFound(n.protocol(), Spi.of(n.spi())));
        READERS.put(REKEY_SA, (n, _) -> new Notification.RekeySa(n.protocol(), Spi.of(n.spi())));
        READERS.put(SET_WINDOW_SIZE, (_, in) -> new Notification.SetWindowSize(in.u32("window")));
        READERS.put(
                IPCOMP_SUPPORTED,
                (_, in) -> new Notification.IpcompSupported(in.u16("CPI"), in.u8("transform")));
        READERS.put(
                NAT_DETECTION_SOURCE_IP, (_, in) -> new Notification.NatDetectionSource(in.rest()));
        READERS.put(
                NAT_DETECTION_DESTINATION_IP,
                (_, in) -> new Notification.NatDetectionDestination(in.rest()));
        READERS.put(COOKIE, (_, in) -> new Notification.Cookie(in.rest()));
    }

    private static void addExtensions() {
        READERS.put(
                ADDITIONAL_IP4_ADDRESS,
                (_, in) -> new Notification.AdditionalAddress(address(in, 4)));
        READERS.put(
                ADDITIONAL_IP6_ADDRESS,
                (_, in) -> new Notification.AdditionalAddress(address(in, 16)));
        READERS.put(COOKIE2, (_, in) -> new Notification.Cookie2(in.rest()));
        READERS.put(NO_NATS_ALLOWED, (n, in) -> noNatsAllowed(n.data().size(), in));
        READERS.put(AUTH_LIFETIME, (_, in) -> new Notification.AuthLifetime(in.u32("lifetime")));
        READERS.put(REDIRECT, (_, in) -> new Notification.Redirect(gateway(in), in.rest()));
        READERS.put(REDIRECTED_FROM, (_, in) -> new Notification.RedirectedFrom(gateway(in)));
        READERS.put(
                TICKET_LT_OPAQUE,
                (_, in) -> new Notification.TicketLtOpaque(in.u32("lifetime"), in.rest()));
        READERS.put(TICKET_OPAQUE, (_, in) -> new Notification.TicketOpaque(in.rest()));
        READERS.put(QUICK_CRASH_DETECTION, (_, in) -> new Notification.QcdToken(in.rest()));
        READERS.put(
                IKEV2_MESSAGE_ID_SYNC,
                (_, in) ->
                        new Notification.MessageIdSync(
                                in.take(4, "nonce"), in.u32("ID"), in.u32("ID")));
        READERS.put(
                IPSEC_REPLAY_COUNTER_SYNC,
                (_, in) -> new Notification.ReplayCounterSync(in.rest()));
        READERS.put(SIGNATURE_HASH_ALGORITHMS, (_, in) -> hashes(in));
        READERS.put(PUZZLE, (_, in) -> new Notification.Puzzle(in.u16("PRF"), in.u8("difficulty")));
        READERS.put(PPK_IDENTITY, (_, in) -> ppkIdentity(in));
        READERS.put(NO_PPK_AUTH, (_, in) -> new Notification.NoPpkAuth(in.rest()));
        READERS.put(PPK_IDENTITY_KEY, (_, in) -> ppkIdentityKey(in));
        READERS.put(
                ADDITIONAL_KEY_EXCHANGE,
                (_, in) -> new Notification.AdditionalKeyExchange(in.rest()));
        READERS.put(USE_AGGFRAG, (_, in) -> aggfrag(in.u8("flags")));
        READERS.put(SUPPORTED_AUTH_METHODS, (_, in) -> authMethods(in));
        READERS.put(SA_RESOURCE_INFO, (_, in) -> new Notification.SaResourceInfo(in.rest()));
        READERS.put(IKE_TCP_SUPPORTED, (_, in) -> ikeTcpSupported(in));
    }

    /// One arm for each content: longer than other methods, since it is a table.
    static Notify encode(Notification notification) {
        return switch (notification) {
            case Notification.Signal(NotifyType type) -> Notify.of(type);
            case Notification.Unknown(Notify payload) -> payload;
            case Notification.Opaque(_, Notify payload) -> payload;
            case Notification.Unusable(_, Notify payload) -> payload;
            case Notification.UnsupportedCriticalPayload(PayloadType type) ->
                    Notify.of(UNSUPPORTED_CRITICAL_PAYLOAD, out(1).u8(type.value()).build());
            case Notification.InvalidMajorVersion(int highest) ->
                    Notify.of(INVALID_MAJOR_VERSION, out(1).u8(highest).build());
            case Notification.InvalidMessageId(long id) ->
                    Notify.of(INVALID_MESSAGE_ID, out(4).u32(id).build());
            case Notification.InvalidSpi(Spi spi) -> Notify.of(INVALID_SPI, spi.toOctets());
            case Notification.InvalidKePayload(int method) ->
                    Notify.of(INVALID_KE_PAYLOAD, out(2).u16(method).build());
            case Notification.InvalidSelectors(ProtocolId protocol, Spi spi, Octets packet) ->
                    new Notify(protocol, spi.toOctets(), INVALID_SELECTORS.code(), packet);
            case Notification.ChildSaNotFound(ProtocolId protocol, Spi spi) ->
                    new Notify(protocol, spi.toOctets(), CHILD_SA_NOT_FOUND.code(), Octets.EMPTY);
            case Notification.RekeySa(ProtocolId protocol, Spi spi) ->
                    new Notify(protocol, spi.toOctets(), REKEY_SA.code(), Octets.EMPTY);
            case Notification.SetWindowSize(long requests) ->
                    Notify.of(SET_WINDOW_SIZE, out(4).u32(requests).build());
            case Notification.IpcompSupported(int cpi, int transform) ->
                    Notify.of(IPCOMP_SUPPORTED, out(3).u16(cpi).u8(transform).build());
            case Notification.NatDetectionSource(Octets hash) ->
                    Notify.of(NAT_DETECTION_SOURCE_IP, hash);
            case Notification.NatDetectionDestination(Octets hash) ->
                    Notify.of(NAT_DETECTION_DESTINATION_IP, hash);
            case Notification.Cookie(Octets value) -> Notify.of(COOKIE, value);
            case Notification.Cookie2(Octets value) -> Notify.of(COOKIE2, value);
            case Notification.AdditionalAddress(InetAddress address) ->
                    Notify.of(
                            address instanceof Inet4Address
                                    ? ADDITIONAL_IP4_ADDRESS
                                    : ADDITIONAL_IP6_ADDRESS,
                            Octets.wrap(address.getAddress()));
            case Notification.NoNatsAllowed addresses -> noNatsAllowed(addresses);
            case Notification.AuthLifetime(long seconds) ->
                    Notify.of(AUTH_LIFETIME, out(4).u32(seconds).build());
            case Notification.Redirect(Gateway gateway, Octets nonce) ->
                    Notify.of(REDIRECT, Octets.concat(gateway(gateway), nonce));
            case Notification.RedirectedFrom(Gateway gateway) ->
                    Notify.of(REDIRECTED_FROM, gateway(gateway));
            case Notification.TicketLtOpaque(long seconds, Octets ticket) ->
                    Notify.of(
                            TICKET_LT_OPAQUE,
                            out(4 + ticket.size()).u32(seconds).octets(ticket).build());
            case Notification.TicketOpaque(Octets ticket) -> Notify.of(TICKET_OPAQUE, ticket);
            case Notification.QcdToken(Octets token) -> Notify.of(QUICK_CRASH_DETECTION, token);
            case Notification.MessageIdSync(Octets nonce, long send, long receive) ->
                    Notify.of(
                            IKEV2_MESSAGE_ID_SYNC,
                            out(12).octets(nonce).u32(send).u32(receive).build());
            case Notification.ReplayCounterSync(Octets delta) ->
                    Notify.of(IPSEC_REPLAY_COUNTER_SYNC, delta);
            case Notification.SignatureHashAlgorithms(List<Integer> hashes) -> {
                OctetsBuilder out = out(2 * hashes.size());
                hashes.forEach(out::u16);
                yield Notify.of(SIGNATURE_HASH_ALGORITHMS, out.build());
            }
            case Notification.Puzzle(int prf, int difficulty) ->
                    Notify.of(PUZZLE, out(3).u16(prf).u8(difficulty).build());
            case Notification.PpkIdentity(int type, Octets identity) ->
                    Notify.of(PPK_IDENTITY, out(64).u8(type).octets(identity).build());
            case Notification.PpkIdentityAccepted() -> Notify.of(PPK_IDENTITY);
            case Notification.NoPpkAuth(Octets authData) -> Notify.of(NO_PPK_AUTH, authData);
            case Notification.PpkIdentityKey(int type, Octets identity, Octets confirmation) ->
                    Notify.of(
                            PPK_IDENTITY_KEY,
                            out(64).u8(type).octets(identity).octets(confirmation).build());
            case Notification.AdditionalKeyExchange(Octets link) ->
                    Notify.of(ADDITIONAL_KEY_EXCHANGE, link);
            case Notification.UseAggfrag(boolean congestion, boolean noFragments) -> {
                int flags =
                        (congestion ? AGGFRAG_CONGESTION : 0)
                                | (noFragments ? AGGFRAG_NO_FRAGMENTS : 0);
                yield Notify.of(USE_AGGFRAG, out(1).u8(flags).build());
            }
            case Notification.SupportedAuthMethods(List<SupportedAuthMethod> methods) ->
                    authMethods(methods);
            case Notification.SaResourceInfo(Octets data) -> Notify.of(SA_RESOURCE_INFO, data);
            case Notification.IkeTcpSupported(int port) ->
                    Notify.of(IKE_TCP_SUPPORTED, out(2).u16(port).build());
        };
    }

    private static OctetsBuilder out(int capacity) {
        return new OctetsBuilder(capacity);
    }

    private static InetAddress address(Reader in, int octets) throws InvalidSyntax {
        return IpPrefix.address(in.take(octets, "address").toArray());
    }

    private static Notification noNatsAllowed(int size, Reader in) throws InvalidSyntax {
        int octets = (size - 4) / 2;
        return new Notification.NoNatsAllowed(
                address(in, octets), address(in, octets), in.u16("port"), in.u16("port"));
    }

    private static Notify noNatsAllowed(Notification.NoNatsAllowed addresses) {
        return Notify.of(
                NO_NATS_ALLOWED,
                out(36).octets(addresses.source().getAddress())
                        .octets(addresses.destination().getAddress())
                        .u16(addresses.sourcePort())
                        .u16(addresses.destinationPort())
                        .build());
    }

    private static Gateway gateway(Reader in) throws InvalidSyntax {
        int type = in.u8("gateway type");
        Octets identity = in.take(in.u8("gateway length"), "gateway");
        return switch (type) {
            case GATEWAY_IPV4, GATEWAY_IPV6 -> {
                int octets = type == GATEWAY_IPV4 ? 4 : 16;
                Wire.requireSize(identity, octets, octets, "gateway");
                yield new Gateway.ByAddress(IpPrefix.address(identity.toArray()));
            }
            case GATEWAY_FQDN ->
                    new Gateway.ByName(new String(identity.toArray(), StandardCharsets.ISO_8859_1));
            default ->
                    throw new InvalidSyntax(
                            MalformedReason.VALUE_OUT_OF_RANGE, "gateway type " + type);
        };
    }

    private static Octets gateway(Gateway gateway) {
        return switch (gateway) {
            case Gateway.ByAddress(InetAddress address) -> {
                byte[] octets = address.getAddress();
                int type = address instanceof Inet4Address ? GATEWAY_IPV4 : GATEWAY_IPV6;
                yield out(18).u8(type).u8(octets.length).octets(octets).build();
            }
            case Gateway.ByName(String fqdn) ->
                    out(64).u8(GATEWAY_FQDN)
                            .u8(fqdn.length())
                            .octets(fqdn.getBytes(StandardCharsets.US_ASCII))
                            .build();
        };
    }

    private static Notification hashes(Reader in) throws InvalidSyntax {
        List<Integer> hashes = new ArrayList<>();
        while (in.hasMore()) {
            hashes.add(in.u16("hash algorithm"));
        }
        return new Notification.SignatureHashAlgorithms(hashes);
    }

    private static Notification ppkIdentity(Reader in) throws InvalidSyntax {
        return in.hasMore()
                ? new Notification.PpkIdentity(in.u8("PPK_ID type"), in.rest())
                : new Notification.PpkIdentityAccepted();
    }

    private static Notification ppkIdentityKey(Reader in) throws InvalidSyntax {
        int type = in.u8("PPK_ID type");
        Octets identity = in.take(in.remaining() - CONFIRMATION_OCTETS, "PPK_ID");
        return new Notification.PpkIdentityKey(type, identity, in.rest());
    }

    private static Notification aggfrag(int flags) {
        return new Notification.UseAggfrag(
                (flags & AGGFRAG_CONGESTION) != 0, (flags & AGGFRAG_NO_FRAGMENTS) != 0);
    }

    /// Blobs of unknown form are left out, as RFC 9593 section 3.2 wants.
    private static Notification authMethods(Reader in) throws InvalidSyntax {
        List<SupportedAuthMethod> methods = new ArrayList<>();
        while (in.hasMore()) {
            int length = in.u8("length of a method");
            Reader blob = in.part(length - 1, "authentication method");
            if (blob.hasMore()) {
                AuthenticationMethod method = new AuthenticationMethod(blob.u8("method"));
                methods.add(authMethod(method, blob));
            }
        }
        return new Notification.SupportedAuthMethods(methods);
    }

    private static SupportedAuthMethod authMethod(AuthenticationMethod method, Reader blob)
            throws InvalidSyntax {
        if (!blob.hasMore()) {
            return new SupportedAuthMethod.Plain(method);
        }
        int link = blob.u8("certificate link");
        return blob.hasMore()
                ? new SupportedAuthMethod.WithAlgorithm(method, link, blob.rest())
                : new SupportedAuthMethod.Linked(method, link);
    }

    private static Notify authMethods(List<SupportedAuthMethod> methods) {
        OctetsBuilder out = out(64);
        for (SupportedAuthMethod method : methods) {
            out.u8(method.lengthOctets()).u8(method.method().value());
            switch (method) {
                case SupportedAuthMethod.Plain _ -> {}
                case SupportedAuthMethod.Linked linked -> out.u8(linked.certificateLink());
                case SupportedAuthMethod.WithAlgorithm with ->
                        out.u8(with.certificateLink()).octets(with.algorithm());
            }
        }
        return Notify.of(SUPPORTED_AUTH_METHODS, out.build());
    }

    /// No data means port 500, one octet means nothing (IT-033).
    private static Notification ikeTcpSupported(Reader in) throws InvalidSyntax {
        return new Notification.IkeTcpSupported(
                in.hasMore() ? in.u16("port") : Notification.IkeTcpSupported.DEFAULT_PORT);
    }
}
