package io.culvert.ike.session;

import io.culvert.ike.keys.OpenResult;
import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ChainResult;
import io.culvert.ike.wire.DecodeResult;
import io.culvert.ike.wire.EncryptedFragment;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.MalformedReason;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ipsec.value.Octets;
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

        /// It belongs to IKE_SA_INIT; nothing protects it.
        record Init(IkeMessage message) implements Result {}

        /// It is the peer's and new.
        ///
        /// @param chain the payloads inside
        record Opened(IkeHeader header, ChainResult chain) implements Result {}

        /// It shows that a connection does not carry the peer's messages any more.
        record Corrupt(TransportPath.Tcp stream) implements Result {}
    }

    /// Our choice: one message may be a mistake, three in a row are a stream out of step (TE-057).
    private static final int UNPARSABLE_IN_A_ROW = 3;

    private static final Result NOTHING = new Result.Nothing();
    private static final MessageCodec CODEC = new MessageCodec();

    private final Peering peering;
    private Optional<ConnectionId> suspect = Optional.empty();
    private int unparsable;

    Reception(Peering peering) {
        this.peering = peering;
    }

    /// Takes in a message.
    ///
    /// @param awaitsRequests whether a new request may be acted on now; if not, the peer has to repeat it later
    Result take(TransportPath path, Octets octets, boolean awaitsRequests) {
        if (!(CODEC.decode(octets) instanceof DecodeResult.Decoded(IkeMessage message))) {
            return unparsable(path, DropReason.MALFORMED);
        }
        if (message.header().exchangeType().equals(ExchangeType.IKE_SA_INIT)) {
            return new Result.Init(message);
        }
        Optional<IkeSa> sa = peering.saOf(message.header());
        if (sa.isEmpty()) {
            return unparsable(path, DropReason.WRONG_SPI);
        }
        if (message.payloads().isEmpty() || !message.payloads().getLast().isProtection()) {
            return unparsable(path, DropReason.NOT_PROTECTED);
        }
        if (message.payloads().getLast() instanceof EncryptedFragment) {
            return dropped(path, DropReason.FRAGMENT);
        }
        boolean encapsulated = sa.get().initPath().kind() == TransportKind.TCP_ENCAPSULATION;
        if (encapsulated != (path.kind() == TransportKind.TCP_ENCAPSULATION)) {
            return dropped(path, DropReason.OTHER_MODE);
        }
        return open(sa.get(), path, message, octets, awaitsRequests);
    }

    private Result open(
            IkeSa sa,
            TransportPath path,
            IkeMessage message,
            Octets octets,
            boolean awaitsRequests) {
        IkeHeader header = message.header();
        ChainResult chain;
        switch (sa.inbound().open(octets, message)) {
            case OpenResult.BadIntegrity _ -> {
                peering.outbox().drop(path, DropReason.BAD_INTEGRITY);
                return path instanceof TransportPath.Tcp stream
                        ? new Result.Corrupt(stream)
                        : NOTHING;
            }
            case OpenResult.Malformed(String detail) ->
                    chain = new ChainResult.Malformed(MalformedReason.TRUNCATED, detail);
            case OpenResult.Opened(var first, Octets plaintext) ->
                    chain = CODEC.decodePayloads(first, plaintext);
        }
        suspect = Optional.empty();
        boolean isNew =
                header.response()
                        ? isAwaited(sa, path, header)
                        : isExpected(sa, path, header, awaitsRequests);
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
                                    peering.outbox()
                                            .send(
                                                    path,
                                                    response,
                                                    response.on(path, sa.outbound()),
                                                    true));
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
