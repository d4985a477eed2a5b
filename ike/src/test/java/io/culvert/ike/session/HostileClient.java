package io.culvert.ike.session;

import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.KeyExchangePayload;
import io.culvert.ike.wire.Nonce;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.ProposalSubstructure;
import io.culvert.ike.wire.ProtocolId;
import io.culvert.ike.wire.Role;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ike.wire.TrafficSelectors;
import io.culvert.ike.wire.TransformSubstructure;
import io.culvert.ike.wire.TransformType;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A client that was authenticated, and from then on sends to the gateway what it likes, one request after another. The
/// gateway's own requests never get an answer.
final class HostileClient {
    private static final int CURVE25519 = 31;
    private static final long FIRST_ID_AFTER_IKE_AUTH = 2;

    final Pair pair;
    private Forger forger;
    private long nextId = FIRST_ID_AFTER_IKE_AUTH;
    private boolean originalInitiator = true;
    private int spis = 0x5000;

    private HostileClient(Pair pair) {
        this.pair = pair;
        this.forger = pair.gateway.forger.orElseThrow();
    }

    /// One whose IKE SA and Child SA were made honestly.
    static HostileClient established() {
        return of(Pairs.of(Pairs.Way.UDP).start());
    }

    static HostileClient of(Pair established) {
        established.delivers = message -> message.from().isClient;
        return new HostileClient(established);
    }

    /// Sends a request and gives the payloads of the answer, if there is one.
    Optional<List<Payload>> ask(ExchangeType exchange, List<Payload> payloads) {
        return send(forger.message(header(exchange), payloads));
    }

    /// As [#ask], where an answer is certain.
    List<Payload> answerTo(ExchangeType exchange, List<Payload> payloads) {
        return ask(exchange, payloads).orElseThrow(() -> new AssertionError("no answer"));
    }

    /// The answer in short: `N(NO_PROPOSAL_CHOSEN)`.
    String notationOf(ExchangeType exchange, List<Payload> payloads) {
        return Outbox.notation(answerTo(exchange, payloads));
    }

    /// The next request's header, whose message ID is used up by it.
    IkeHeader header(ExchangeType exchange) {
        return forger.request(exchange, originalInitiator, nextId++);
    }

    Forger forger() {
        return forger;
    }

    private Optional<List<Payload>> send(Octets message) {
        int before = pair.traffic.size();
        pair.inject(pair.gateway, Pairs.udpTo(pair.gateway, 4500), message);
        return pair.traffic.subList(before, pair.traffic.size()).stream()
                .filter(m -> m.from() == pair.gateway)
                .map(Pair.InFlight::message)
                .filter(m -> IkeHeader.peek(m).orElseThrow().response())
                .findFirst()
                .map(forger::open);
    }

    /// Goes over to the IKE SA that the gateway made last.
    void followRekeying() {
        forger = pair.gateway.forger.orElseThrow();
        nextId = 0;
        originalInitiator = true;
    }

    /// An SPI that was not used yet.
    Spi freshSpi() {
        return new Spi(spis++);
    }

    /// Asks for a further Child SA, as an honest client would.
    List<Payload> childRequest() {
        return List.of(esp(new Spi(spis++)), nonce(), any(Role.INITIATOR), network());
    }

    /// Asks to replace the Child SA that has this SPI at the client.
    List<Payload> rekeyRequest(Spi inboundOfClient) {
        List<Payload> all = new ArrayList<>();
        all.add(new Notification.RekeySa(ProtocolId.ESP, inboundOfClient).toNotify());
        all.addAll(childRequest());
        return all;
    }

    /// Asks to replace the IKE SA.
    List<Payload> ikeRekeyRequest() {
        return List.of(
                ike(new OctetsBuilder().u64(0x1111_0000_0000_0000L + spis++).build()),
                nonce(),
                key());
    }

    /// The client's SPI of the Child SA that the gateway installed last.
    Spi newest() {
        return pair.gateway.children.values().stream()
                .reduce((one, other) ->
                        Integer.compareUnsigned(
                                                one.inboundSpi().value(),
                                                other.inboundSpi().value())
                                        > 0
                                ? one
                                : other)
                .orElseThrow()
                .outboundSpi();
    }

    static SecurityAssociation esp(Spi spi) {
        return new SecurityAssociation(
                List.of(
                        new ProposalSubstructure(
                                1,
                                ProtocolId.ESP,
                                spi.toOctets(),
                                List.of(
                                        TransformSubstructure.withKeyLength(
                                                TransformType.ENCR, 20, 128),
                                        TransformSubstructure.of(TransformType.SN, 0)))));
    }

    static SecurityAssociation ike(Octets spi) {
        return new SecurityAssociation(
                List.of(
                        new ProposalSubstructure(
                                1,
                                ProtocolId.IKE,
                                spi,
                                List.of(
                                        TransformSubstructure.withKeyLength(
                                                TransformType.ENCR, 20, 128),
                                        TransformSubstructure.of(TransformType.PRF, 5),
                                        TransformSubstructure.of(TransformType.KE, CURVE25519)))));
    }

    static Payload nonce() {
        return new Nonce(Octets.ofHex("5a".repeat(32)));
    }

    static Payload key() {
        return new KeyExchangePayload(CURVE25519, Octets.ofHex("09" + "00".repeat(31)));
    }

    static Payload any(Role role) {
        return TrafficSelectors.of(role, List.of(TrafficSelector.of(IpPrefix.parse("0.0.0.0/0"))));
    }

    static Payload network() {
        return TrafficSelectors.of(
                Role.RESPONDER, List.of(TrafficSelector.of(IpPrefix.parse("10.0.0.0/8"))));
    }
}
