package io.culvert.ike.session;

import io.culvert.ike.exchange.Informational;
import io.culvert.ike.extension.Fragmentation.Reassembly;
import io.culvert.ike.extension.QuickCrashDetection;
import io.culvert.ike.keys.OpenResult;
import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ChainResult;
import io.culvert.ike.wire.DecodeResult;
import io.culvert.ike.wire.EncryptedFragment;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.MalformedReason;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Opens the messages that come and keeps the windows of message IDs: what gets through is the peer's, and new.
///
/// Everything else has no effect but a counter, an answer that was given before, or the loss of the TCP connection that
/// it came by.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.3 RFC 7296 section 2.3
final class Reception {
    /// What became of a message.
    sealed interface Result {
        /// It has been dealt with.
        record Nothing() implements Result {}

        /// It belongs to IKE_SA_INIT or IKE_SESSION_RESUME; nothing protects it.
        record Init(IkeMessage message) implements Result {}

        /// It is the peer's and new.
        ///
        /// @param chain the payloads inside
        record Opened(IkeHeader header, ChainResult chain) implements Result {}

        /// Nothing protects it; it says that the peer does not know the IKE SA.
        record Forgotten() implements Result {}

        /// Nothing protects it; it says that the peer does not know an SPI that we send ESP by.
        record Strange() implements Result {}

        /// Nothing protects it; it proves that the peer has lost the current IKE SA.
        record Lost() implements Result {}

        /// It shows that a connection does not carry the peer's messages any more.
        record Corrupt(TransportPath.Tcp stream) implements Result {}
    }

    /// Our choice: one message may be a mistake, three in a row are a stream out of step (TE-057).
    private static final int UNPARSABLE_IN_A_ROW = 3;

    private static final Result NOTHING = new Result.Nothing();
    private static final MessageCodec CODEC = new MessageCodec();

    /// A message of which fragments have come.
    private static final class Queue {
        final IkeSa sa;
        final boolean response;
        final long messageId;
        final Reassembly reassembly;

        /// The first fragment as it came, once it is there.
        Octets first = Octets.EMPTY;

        Queue(IkeSa sa, IkeHeader header, Reassembly reassembly) {
            this.sa = sa;
            this.response = header.response();
            this.messageId = header.messageId();
            this.reassembly = reassembly;
        }
    }

    /// Our choice: one request and one response of two IKE SAs.
    private static final int MOST_QUEUES = 4;

    private final Peering peering;
    private final List<Queue> queues = new ArrayList<>(0);
    private Optional<ConnectionId> suspect = Optional.empty();
    private int unparsable;

    Reception(Peering peering) {
        this.peering = peering;
    }

    /// Takes in a message.
    ///
    /// @param awaitsRequests whether a new request may be acted on now; if not, the peer has to repeat it later
    Result take(MonoTime now, TransportPath path, Octets octets, boolean awaitsRequests) {
        if (!(CODEC.decode(octets) instanceof DecodeResult.Decoded(IkeMessage message))) {
            return unparsable(path, DropReason.MALFORMED);
        }
        if (begins(message)) {
            return new Result.Init(message);
        }
        Optional<IkeSa> sa = peering.saOf(message.header());
        boolean forgotten =
                Informational.namesUnknownSpi(message)
                        .flatMap(peering.children()::withOutbound)
                        .isPresent();
        if (sa.isEmpty() && forgotten) {
            return new Result.Strange();
        }
        if (sa.isEmpty()) {
            return unparsable(path, DropReason.WRONG_SPI);
        }
        if (message.payloads().isEmpty() || !message.payloads().getLast().isProtection()) {
            if (isProofOfLoss(sa.get(), message)) {
                return new Result.Lost();
            }
            Result counted = unparsable(path, DropReason.NOT_PROTECTED);
            return counted.equals(NOTHING) && saysForgotten(message)
                    ? new Result.Forgotten()
                    : counted;
        }
        if (!peering.ways().accepts(path)) {
            return dropped(path, DropReason.OTHER_MODE);
        }
        return message.payloads().getLast() instanceof EncryptedFragment fragment
                ? openFragment(now, sa.get(), path, message, fragment, octets, awaitsRequests)
                : open(sa.get(), path, message, octets, awaitsRequests);
    }

    /// Forgets messages of which no more has come (E1-3).
    void sweep(MonoTime now) {
        queues.removeIf(queue -> now.hasReached(queue.reassembly.forgottenAt()));
        arm();
    }

    private void arm() {
        queues.stream()
                .map(queue -> queue.reassembly.forgottenAt())
                .min(MonoTime::compareTo)
                .ifPresentOrElse(
                        at -> peering.timers().setAt(TimerTable.Kind.REASSEMBLY, at),
                        () -> peering.timers().clear(TimerTable.Kind.REASSEMBLY));
    }

    /// Takes in one fragment. What fits to nothing is dropped before anything is computed for it.
    private Result openFragment(
            MonoTime now,
            IkeSa sa,
            TransportPath path,
            IkeMessage message,
            EncryptedFragment fragment,
            Octets octets,
            boolean awaitsRequests) {
        IkeHeader header = message.header();
        if (!sa.initial().fragmentation() || !Reassembly.isAcceptable(fragment)) {
            return dropped(path, DropReason.FRAGMENT);
        }
        boolean useless =
                queueOf(sa, header)
                        .filter(q -> q.reassembly.fit(fragment) == Reassembly.Fit.USELESS)
                        .isPresent();
        boolean repeated = isRepeated(sa, header);
        boolean fits =
                repeated
                        ? fragment.number() == 1
                        : !useless && isNext(sa, path, header, awaitsRequests);
        if (!fits) {
            return dropped(path, repeated ? DropReason.REPEATED_REQUEST : DropReason.FRAGMENT);
        }
        return switch (sa.inbound(header).open(octets, message)) {
            case OpenResult.BadIntegrity _ -> badIntegrity(path);
            case OpenResult.Malformed _ -> dropped(path, DropReason.FRAGMENT);
            case OpenResult.Opened(var _, Octets plaintext) -> {
                if (repeated) {
                    // an answered request: only its first fragment has the answer sent again (E1-5)
                    isExpected(sa, path, header, awaitsRequests);
                    yield NOTHING;
                }
                yield add(now, sa, path, octets, message, plaintext);
            }
        };
    }

    private static boolean isRepeated(IkeSa sa, IkeHeader header) {
        return !header.response()
                && sa.window().standing(header.messageId()) == RequestWindow.Standing.REPEATED;
    }

    private boolean isNext(IkeSa sa, TransportPath path, IkeHeader header, boolean awaitsRequests) {
        if (header.response()) {
            return isAwaited(sa, path, header);
        }
        return awaitsRequests
                && !sa.isClosed()
                && sa.window().standing(header.messageId()) == RequestWindow.Standing.NEW;
    }

    private Result add(
            MonoTime now,
            IkeSa sa,
            TransportPath path,
            Octets octets,
            IkeMessage message,
            Octets plaintext) {
        IkeHeader header = message.header();
        EncryptedFragment fragment = (EncryptedFragment) message.payloads().getLast();
        suspect = Optional.empty();
        queueOf(sa, header)
                .filter(q -> q.reassembly.fit(fragment) == Reassembly.Fit.NEWER)
                .ifPresent(queues::remove);
        Queue queue = queueOf(sa, header).orElseGet(() -> newQueue(now, sa, header, fragment));
        if (fragment.number() == 1) {
            queue.first = octets;
        }
        if (!queue.reassembly.add(fragment, plaintext)) {
            queues.remove(queue);
            arm();
            return dropped(path, DropReason.FRAGMENT);
        }
        Optional<Octets> whole = queue.reassembly.whole();
        if (whole.isEmpty()) {
            return NOTHING;
        }
        queues.remove(queue);
        arm();
        if (CODEC.decode(queue.first) instanceof DecodeResult.Decoded(IkeMessage first)) {
            note(sa, queue.first, first, whole.get());
        }
        return new Result.Opened(
                header, CODEC.decodePayloads(queue.reassembly.first(), whole.get()));
    }

    /// What the peer says in IKE_INTERMEDIATE is part of what AUTH proves, however it was cut (E1-8).
    private void note(IkeSa sa, Octets octets, IkeMessage message, Octets inside) {
        if (message.header().exchangeType().equals(ExchangeType.IKE_INTERMEDIATE)) {
            sa.note(
                    peering.context().crypto(),
                    message.header(),
                    MessageCodec.receivedPrefix(octets, message, inside.size()),
                    inside);
        }
    }

    private Queue newQueue(MonoTime now, IkeSa sa, IkeHeader header, EncryptedFragment fragment) {
        if (queues.size() >= MOST_QUEUES) {
            queues.removeFirst();
        }
        Queue queue = new Queue(sa, header, Reassembly.of(now, fragment));
        queues.add(queue);
        arm();
        return queue;
    }

    private Optional<Queue> queueOf(IkeSa sa, IkeHeader header) {
        return queues.stream()
                .filter(queue ->
                        queue.sa == sa
                                && queue.response == header.response()
                                && queue.messageId == header.messageId())
                .findFirst();
    }

    private Result badIntegrity(TransportPath path) {
        peering.outbox().drop(path, DropReason.BAD_INTEGRITY);
        return path instanceof TransportPath.Tcp stream ? new Result.Corrupt(stream) : NOTHING;
    }

    private Result open(
            IkeSa sa,
            TransportPath path,
            IkeMessage message,
            Octets octets,
            boolean awaitsRequests) {
        IkeHeader header = message.header();
        ChainResult chain;
        Octets inside = Octets.EMPTY;
        switch (sa.inbound(header).open(octets, message)) {
            case OpenResult.BadIntegrity _ -> {
                return badIntegrity(path);
            }
            case OpenResult.Malformed(String detail) ->
                    chain = new ChainResult.Malformed(MalformedReason.TRUNCATED, detail);
            case OpenResult.Opened(var first, Octets plaintext) -> {
                chain = CODEC.decodePayloads(first, plaintext);
                inside = plaintext;
            }
        }
        suspect = Optional.empty();
        boolean isNew =
                header.response()
                        ? isAwaited(sa, path, header)
                        : isExpected(sa, path, header, awaitsRequests);
        if (isNew) {
            // the whole message is there: its fragments are of no more use (E1-9)
            queueOf(sa, header).ifPresent(queues::remove);
            arm();
            note(sa, octets, message, inside);
        }
        return isNew ? new Result.Opened(header, chain) : NOTHING;
    }

    /// Whether a request is new and within the window. One that was answered already is answered again, by the path it
    /// came by (IK-024, IT-025).
    private boolean isExpected(
            IkeSa sa, TransportPath path, IkeHeader header, boolean awaitsRequests) {
        long id = header.messageId();
        return switch (sa.window().standing(id)) {
            case NEW -> {
                boolean taken = awaitsRequests && !sa.isClosed();
                if (!taken) {
                    peering.outbox().drop(path, DropReason.OUT_OF_STATE);
                }
                yield taken;
            }
            case REPEATED -> {
                if (!sa.window().askedAgain(id, path)) {
                    sa.responses()
                            .find(id)
                            .ifPresent(response ->
                                    peering.outbox().send(path, response, response.on(path), true));
                }
                peering.outbox().drop(path, DropReason.REPEATED_REQUEST);
                yield false;
            }
            case OUTSIDE -> {
                peering.outbox().drop(path, DropReason.OUTSIDE_WINDOW);
                yield false;
            }
        };
    }

    private boolean isAwaited(IkeSa sa, TransportPath path, IkeHeader header) {
        Optional<Transmission> outstanding = peering.awaiting(sa, header);
        if (outstanding.isEmpty()) {
            peering.outbox().drop(path, DropReason.UNEXPECTED_RESPONSE);
            return false;
        }
        if (!outstanding.get().wasSentOn(path)) {
            peering.outbox().drop(path, DropReason.RESPONSE_ON_WRONG_TRANSPORT);
            return false;
        }
        return true;
    }

    /// Of an IKE SA that was replaced the peer may well know nothing any more.
    private boolean isProofOfLoss(IkeSa sa, IkeMessage message) {
        return peering.authenticated().isPresent()
                && sa == peering.theSa()
                && sa.crashToken()
                        .filter(kept -> QuickCrashDetection.proves(message, kept))
                        .isPresent();
    }

    /// IKE_SA_INIT, or IKE_SESSION_RESUME that nothing protects: within an IKE SA that is a request like any other.
    private static boolean begins(IkeMessage message) {
        ExchangeType exchange = message.header().exchangeType();
        boolean isProtected = message.payloads().stream().anyMatch(Payload::isProtection);
        return exchange.equals(ExchangeType.IKE_SA_INIT) || (exchange.isInitial() && !isProtected);
    }

    private static boolean saysForgotten(IkeMessage message) {
        return message.header().response()
                && message.notification(NotifyType.INVALID_IKE_SPI).isPresent();
    }

    private Result dropped(TransportPath path, DropReason reason) {
        peering.outbox().drop(path, reason);
        return NOTHING;
    }

    private Result unparsable(TransportPath path, DropReason reason) {
        peering.outbox().drop(path, reason);
        if (!(path instanceof TransportPath.Tcp stream)) {
            return NOTHING;
        }
        boolean again = suspect.equals(Optional.of(stream.connection()));
        suspect = Optional.of(stream.connection());
        unparsable = again ? unparsable + 1 : 1;
        return unparsable >= UNPARSABLE_IN_A_ROW ? new Result.Corrupt(stream) : NOTHING;
    }
}
