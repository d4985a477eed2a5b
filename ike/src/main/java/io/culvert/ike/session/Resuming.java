package io.culvert.ike.session;

import io.culvert.ike.exchange.Resumption;
import io.culvert.ike.exchange.SessionResume;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.Optional;

/// The stage of an original initiator with a ticket: IKE_SESSION_RESUME is under way.
///
/// Where that leads nowhere a new IKE SA is made: a ticket may only ever save something. So it is if the peer refuses
/// the ticket, if it does not answer, or if it closes the connection instead of answering.
final class Resuming implements Stage {
    /// Our choice: the request and two repetitions, or two slow round trips.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Peering peering;
    private final Resumption resumption;
    private final SessionResume.Initiating exchange;
    private Octets request = Octets.EMPTY;

    private Resuming(Peering peering, Resumption resumption) {
        this.peering = peering;
        this.resumption = resumption;
        this.exchange = new SessionResume.Initiating(peering.context(), resumption, peering.ours());
    }

    static Stage begin(MonoTime now, Peering peering, Resumption resumption) {
        var stage = new Resuming(peering, resumption);
        if (peering.ways().pathForInit(now).isPresent()) {
            stage.send(now);
        } else {
            peering.courier().openForInit();
        }
        return stage;
    }

    @Override
    public Stage onConnectionOpened(MonoTime now) {
        if (peering.courier().outstanding().isPresent()) {
            // the one before was closed without an answer
            return anew(now);
        }
        send(now);
        return this;
    }

    @Override
    public Stage onRestart(MonoTime now) {
        return anew(now);
    }

    @Override
    public Stage onTimer(MonoTime now, TimerTable.Kind kind) {
        return kind == TimerTable.Kind.HINT ? anew(now) : this;
    }

    @Override
    public Stage onInit(MonoTime now, TransportPath path, IkeMessage message, Octets octets) {
        Optional<Transmission> outstanding = peering.courier().outstanding();
        if (!message.header().response()
                || message.header().messageId() != 0
                || !message.header().initiatorSpi().equals(peering.ours())
                || outstanding.isEmpty()
                || !message.header().exchangeType().equals(outstanding.get().exchange())) {
            peering.outbox().drop(path, DropReason.OUT_OF_STATE);
            return this;
        }
        if (!outstanding.get().wasSentOn(path)) {
            peering.outbox().drop(path, DropReason.RESPONSE_ON_WRONG_TRANSPORT);
            return this;
        }
        peering.outbox().received(path, octets, message.header(), message.payloads(), false);
        return switch (exchange.processResponse(path, message)) {
            case SessionResume.Verdict.Ignored _ -> {
                peering.outbox().drop(path, DropReason.USELESS_INIT_RESPONSE);
                yield this;
            }
            case SessionResume.Verdict.TryAgain _ -> {
                peering.courier().settled();
                send(now);
                yield this;
            }
            case SessionResume.Verdict.Declined _ -> {
                peering.tickets().declined();
                yield anew(now);
            }
            case SessionResume.Verdict.Agreed(var initial, var keys) -> {
                peering.timers().clear(TimerTable.Kind.HINT);
                peering.courier().settled();
                peering.ways().learned(initial.ikeTcpPort(), initial.nat().foundNone());
                peering.begin(true, initial, keys, request, octets, path);
                peering.tickets().resuming(resumption);
                yield InitiatorSetup.proceed(now, peering, this, path);
            }
        };
    }

    private void send(MonoTime now) {
        TransportPath path = peering.ways().pathForInit(now).orElseThrow();
        IkeMessage message = exchange.buildRequest(path, InitiatorSetup.announcements(peering));
        request = MessageCodec.encode(message);
        peering.timers().set(TimerTable.Kind.HINT, now, PATIENCE);
        peering.courier()
                .send(
                        now,
                        Transmission.ofInit(
                                OutgoingMessage.unprotected(
                                        message.header(), message.payloads(), request),
                                message.payloads()));
        peering.passed(now, path);
    }

    /// Makes a new IKE SA, with another SPI.
    private Stage anew(MonoTime now) {
        peering.timers().clear(TimerTable.Kind.HINT);
        peering.courier().settled();
        peering.bind(Peering.freshSpi(peering.context()));
        return InitiatorSetup.init(now, peering);
    }
}
