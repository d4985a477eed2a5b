package io.culvert.ike.session;

import io.culvert.ike.api.Admission;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.exchange.Informational;
import io.culvert.ike.exchange.SessionResume;
import io.culvert.ike.extension.Cookies;
import io.culvert.ike.extension.QuickCrashDetection;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.DecodeResult;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.KeyExchangePayload;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Nonce;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Admission by the number of half-open IKE SAs: in all, and of each source.
///
/// While there are few, everybody gets in. From a threshold on an initiator over UDP has to return a cookie first; one
/// over TCP has shown its address by its handshake (IT-091). Beyond the limits requests are dropped. A source is one
/// IPv4 address, or one IPv6 /64, which a single host commands.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.6 RFC 7296 section 2.6
public final class HalfOpenAdmission implements Admission {
    /// The bounds.
    ///
    /// @param cookiesFrom half-open SAs from which cookies are asked for; 0 for always
    /// @param most half-open SAs at one time
    /// @param mostOfOneSource half-open SAs of one source at one time
    /// @param errorsPerSecond unprotected error messages that are sent at most
    public record Limits(int cookiesFrom, int most, int mostOfOneSource, int errorsPerSecond) {
        /// For a gateway: a flood from one address is stopped early, and one from many costs a few megabytes.
        public static final Limits DEFAULT = new Limits(100, 10_000, 200, 20);
    }

    /// How long a finished handshake is remembered, so that a late repetition does not start another.
    private static final Duration MEMORY = Duration.ofSeconds(30);

    /// A request is recognised by all its octets: a retry with a cookie or another key exchange is another one.
    private record Attempt(Octets digest) {}

    private record Door(Attempt attempt, IpPrefix source) {}

    private record Finished(MonoTime forgetAt, Attempt attempt) {}

    private final SessionContext context;
    private final Limits limits;
    private final Cookies cookies;
    private final MessageCodec codec = new MessageCodec();
    private final Map<Attempt, IkeSpi> attempts = new HashMap<>();
    private final Map<IkeSpi, Door> halfOpen = new HashMap<>();
    private final Map<IpPrefix, Integer> ofSource = new HashMap<>();
    private final ArrayDeque<Finished> finished = new ArrayDeque<>();
    private long errorSecond;
    private int errorsInSecond;

    /// An admission that lets nobody wait yet.
    public HalfOpenAdmission(SessionContext context, Limits limits) {
        this.context = context;
        this.limits = limits;
        this.cookies = new Cookies(context.crypto(), context.random());
    }

    @Override
    public Decision decide(MonoTime now, TransportPath path, Octets message) {
        forgetFinished(now);
        return switch (codec.decode(message)) {
            case DecodeResult.Decoded(IkeMessage decoded) -> decide(now, path, decoded, message);
            case DecodeResult.UnsupportedVersion(IkeHeader header) -> unsupported(now, header);
            case DecodeResult.UnknownCriticalPayload(IkeHeader header, var type) ->
                    isFirstRequest(header)
                            ? error(
                                    now,
                                    header,
                                    Notify.of(
                                            NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD,
                                            Octets.of((byte) type.value())))
                            : new Decision.Drop("UNKNOWN_CRITICAL_PAYLOAD");
            case DecodeResult.NoHeader _, DecodeResult.Malformed _ ->
                    new Decision.Drop("MALFORMED");
        };
    }

    @Override
    public void handshakeEnded(MonoTime now, IkeSpi ours, boolean established) {
        Door door = halfOpen.remove(ours);
        if (door == null) {
            return;
        }
        ofSource.merge(door.source, -1, Integer::sum);
        ofSource.remove(door.source, 0);
        if (!established) {
            attempts.remove(door.attempt);
            return;
        }
        finished.add(new Finished(now.plus(MEMORY), door.attempt));
        if (finished.size() > limits.most) {
            attempts.remove(finished.removeFirst().attempt);
        }
    }

    /// The number of half-open IKE SAs.
    public int halfOpen() {
        return halfOpen.size();
    }

    /// The number of requests whose repetition would be recognised.
    int remembered() {
        return attempts.size();
    }

    private Decision decide(MonoTime now, TransportPath path, IkeMessage message, Octets octets) {
        IkeHeader header = message.header();
        if (header.response()) {
            return new Decision.Drop("RESPONSE_TO_NOBODY");
        }
        if (Informational.namesUnknownSpi(message).isPresent()) {
            return path instanceof TransportPath.Udp
                    ? new Decision.AboutEsp()
                    : new Decision.Drop("ERROR_TO_NOBODY");
        }
        if (!isFirstRequest(header)) {
            return toUnknownSa(now, message);
        }
        boolean resumes = header.exchangeType().equals(ExchangeType.IKE_SESSION_RESUME);
        if (resumes && context.tickets().isEmpty()) {
            return error(now, header, Notify.of(NotifyType.TICKET_NACK));
        }
        Optional<Nonce> nonce = message.payload(Nonce.class);
        boolean whole =
                resumes
                        ? SessionResume.ticket(message).isPresent()
                        : message.payload(SecurityAssociation.class).isPresent()
                                && message.payload(KeyExchangePayload.class).isPresent();
        if (nonce.isEmpty() || !whole) {
            return error(now, header, Notify.of(NotifyType.INVALID_SYNTAX));
        }
        var attempt = new Attempt(digest(octets));
        IkeSpi known = attempts.get(attempt);
        if (known != null) {
            return new Decision.Forward(known);
        }
        return admit(now, path, message, nonce.get().value(), attempt);
    }

    /// An error is never answered: two could answer each other for ever (IK-128).
    private Decision toUnknownSa(MonoTime now, IkeMessage message) {
        if (message.header().exchangeType().isInitial()) {
            return new Decision.Drop("MALFORMED_" + message.header().exchangeType());
        }
        return message.payloads(Notify.class).stream().anyMatch(Notify::isError)
                ? new Decision.Drop("ERROR_TO_NOBODY")
                : error(
                        now,
                        message.header(),
                        Notify.of(NotifyType.INVALID_IKE_SPI),
                        QuickCrashDetection.maker(context)
                                .map(maker -> maker.lost(message.header()))
                                .stream()
                                .toArray(Notify[]::new));
    }

    private Decision admit(
            MonoTime now, TransportPath path, IkeMessage message, Octets nonce, Attempt attempt) {
        boolean needsCookie =
                path instanceof TransportPath.Udp && halfOpen.size() >= limits.cookiesFrom;
        if (needsCookie && !bringsCookie(now, path, message, nonce)) {
            Octets cookie = cookies.make(now, path, message.header().initiatorSpi(), nonce);
            return reply(message.header(), "COOKIE", Notify.of(NotifyType.COOKIE, cookie));
        }
        IpPrefix source = IpPrefix.siteOf(path.remote().getAddress());
        if (halfOpen.size() >= limits.most) {
            return new Decision.Drop("TOO_MANY_HALF_OPEN");
        }
        if (ofSource.getOrDefault(source, 0) >= limits.mostOfOneSource) {
            return new Decision.Drop("TOO_MANY_HALF_OPEN_OF_SOURCE");
        }
        IkeSpi ours = Peering.freshSpi(context);
        attempts.put(attempt, ours);
        halfOpen.put(ours, new Door(attempt, source));
        ofSource.merge(source, 1, Integer::sum);
        return new Decision.Accept(ours);
    }

    /// A cookie counts only as the first payload.
    private boolean bringsCookie(
            MonoTime now, TransportPath path, IkeMessage message, Octets nonce) {
        Payload first = message.payloads().getFirst();
        return first instanceof Notify cookie
                && cookie.is(NotifyType.COOKIE)
                && cookies.accepts(
                        now, cookie.data(), path, message.header().initiatorSpi(), nonce);
    }

    private Decision unsupported(MonoTime now, IkeHeader header) {
        if (header.response() || header.majorVersion() < IkeHeader.MAJOR_VERSION) {
            return new Decision.Drop("UNSUPPORTED_VERSION");
        }
        Octets highest = Octets.of((byte) IkeHeader.MAJOR_VERSION);
        return error(now, header, Notify.of(NotifyType.INVALID_MAJOR_VERSION, highest));
    }

    @Override
    public Decision unknownEsp(MonoTime now, Spi spi) {
        return mayTell(now)
                ? new Decision.Reply(
                        MessageCodec.encode(
                                Informational.unprotectedUnknownSpi(
                                        Peering.freshSpi(context), spi)),
                        "INVALID_SPI")
                : new Decision.Drop("INVALID_SPI_RATE");
    }

    private Decision error(MonoTime now, IkeHeader header, Notify notify, Notify... proof) {
        return mayTell(now)
                ? reply(header, notify.name(), notify, proof)
                : new Decision.Drop(notify.name() + "_RATE");
    }

    private boolean mayTell(MonoTime now) {
        long second = now.nanos() / 1_000_000_000L;
        if (second != errorSecond) {
            errorSecond = second;
            errorsInSecond = 0;
        }
        return ++errorsInSecond <= limits.errorsPerSecond;
    }

    private static Decision reply(IkeHeader header, String reason, Notify notify, Notify... proof) {
        List<Payload> payloads = new ArrayList<>(List.of(notify));
        payloads.addAll(List.of(proof));
        IkeMessage answer = new IkeMessage(header.reply(), payloads);
        return new Decision.Reply(MessageCodec.encode(answer), reason);
    }

    private static Octets digest(Octets message) {
        try {
            return Octets.wrap(MessageDigest.getInstance("SHA-256").digest(message.toArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static boolean isFirstRequest(IkeHeader header) {
        return header.exchangeType().isInitial()
                && !header.response()
                && header.originalInitiator()
                && header.messageId() == 0
                && header.responderSpi().isZero()
                && !header.initiatorSpi().isZero();
    }

    private void forgetFinished(MonoTime now) {
        while (!finished.isEmpty() && now.hasReached(finished.getFirst().forgetAt)) {
            attempts.remove(finished.removeFirst().attempt);
        }
    }
}
