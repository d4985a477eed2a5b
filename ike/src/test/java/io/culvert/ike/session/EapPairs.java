package io.culvert.ike.session;

import io.culvert.ike.api.Answer;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.TlsCredentials;
import io.culvert.ike.eap.EapBackend;
import io.culvert.ike.eap.EapConversation;
import io.culvert.ike.eap.EapFixture;
import io.culvert.ike.eap.EapStep;
import io.culvert.ike.wire.Eap;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Pairs whose client authenticates by EAP, and whose gateway by the certificate of `vpn.example.org`, or by EAP too.
final class EapPairs {
    static final Optional<TlsCredentials> NO_TLS = Optional.empty();

    private EapPairs() {}

    static ConnectionConfig client(Pairs.Way way, LocalAuthentication.Eap local) {
        return client(way.choice(), local, trust("root"));
    }

    static ConnectionConfig client(
            TransportChoice transport, LocalAuthentication local, RemoteAuthentication remote) {
        return with(Configs.client(transport, Configs.X25519), local, remote);
    }

    static ConnectionConfig gateway(RemoteAuthentication remote) {
        return gateway(vpn(), remote);
    }

    static ConnectionConfig gateway(LocalAuthentication local, RemoteAuthentication remote) {
        return with(Configs.gateway(Configs.X25519), local, remote);
    }

    static LocalAuthentication vpn() {
        TlsCredentials tls = EapFixture.tls("vpn-P-256", "root").orElseThrow();
        return new LocalAuthentication.Signature(
                Identity.parse(EapFixture.VPN), tls.chain(), tls.key(), "EC");
    }

    static RemoteAuthentication trust(String anchor) {
        RemoteAuthentication.Signature trust =
                EapFixture.tls("vpn-P-256", anchor).orElseThrow().trust();
        return new RemoteAuthentication.Signature(
                new IdentityPattern(EapFixture.VPN), trust.anchors(), List.of(), List.of());
    }

    static ConnectionConfig with(
            ConnectionConfig config, LocalAuthentication local, RemoteAuthentication remote) {
        return new ConnectionConfig(
                config.name(),
                config.localAddresses(),
                config.remoteAddresses(),
                config.transport(),
                config.proposals(),
                local,
                remote,
                config.virtualIps(),
                config.pools(),
                config.children(),
                config.uniqueness(),
                config.childless(),
                config.mobike(),
                config.natsAllowed(),
                config.limits(),
                config.timers());
    }

    /// A pair whose ends ask these backends, and have certificates judged when the tests' are good.
    static Pair pair(
            ConnectionConfig client,
            EapBackend ofClient,
            ConnectionConfig gateway,
            EapBackend ofGateway) {
        Pair pair = Pairs.of(client, gateway);
        pair.client.answers = answers(ofClient);
        pair.gateway.answers = answers(ofGateway);
        return pair;
    }

    private static Function<Question, Optional<Answer>> answers(EapBackend backend) {
        List<EapConversation> conversations = new ArrayList<>();
        return question ->
                Optional.of(
                        switch (question) {
                            case Question.ValidateCertificate certificate ->
                                    certificate.answerAt(EapFixture.NOW);
                            case Question.LeaseAddresses _ -> Pairs.lease(question);
                            case Question.ContinueEap(var opening, Optional<Eap> packet) -> {
                                if (conversations.isEmpty()) {
                                    conversations.add(backend.open(opening));
                                }
                                EapConversation open = conversations.getFirst();
                                yield new Answer.EapContinued(
                                        packet.map(open::take).orElseGet(open::begin));
                            }
                        });
    }

    /// A backend that says these steps, whatever it hears.
    static EapBackend scripted(EapStep... steps) {
        return _ ->
                new EapConversation() {
                    private int next;

                    @Override
                    public EapStep begin() {
                        return steps[Math.min(next++, steps.length - 1)];
                    }

                    @Override
                    public EapStep take(Eap packet) {
                        return begin();
                    }

                    @Override
                    public void close() {}
                };
    }

    /// A backend that answers what it hears.
    static EapBackend answering(Function<Eap, EapStep> answer) {
        return _ ->
                new EapConversation() {
                    @Override
                    public EapStep begin() {
                        return new EapStep.Failed("only answers");
                    }

                    @Override
                    public EapStep take(Eap packet) {
                        return answer.apply(packet);
                    }

                    @Override
                    public void close() {}
                };
    }

    static EapStep say(int code, int identifier, String typeAndBody) {
        Octets rest = Octets.ofHex(typeAndBody);
        int size = 4 + rest.size();
        Octets header = Octets.of((byte) code, (byte) identifier, (byte) (size >>> 8), (byte) size);
        return new EapStep.Say(new Eap(Octets.concat(header, rest)));
    }

    static EapStep.Succeeded success(String key, boolean mutual) {
        Optional<KeyMaterial> msk =
                key.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                KeyMaterial.wrap("MSK", Octets.ofHex(key.repeat(64)).toArray()));
        return new EapStep.Succeeded(msk, EapFixture.ALICE, mutual);
    }

    /// Lets somebody with the keys rewrite the IKE_AUTH messages of one end.
    ///
    /// @param rewrite from the payloads of a message to others
    static void rewrite(Pair pair, boolean ofClient, UnaryOperator<List<Payload>> rewrite) {
        pair.tamper =
                octets -> {
                    IkeHeader header = IkeHeader.peek(octets).orElseThrow();
                    if (!header.exchangeType().equals(ExchangeType.IKE_AUTH)
                            || header.originalInitiator() != ofClient) {
                        return octets;
                    }
                    Forger forger = pair.client.forger.orElseThrow();
                    List<Payload> before = forger.open(octets);
                    List<Payload> after = rewrite.apply(before);
                    return after.equals(before) ? octets : forger.message(header, after);
                };
    }
}
