package io.culvert.ike.exchange;

import io.culvert.ike.api.Question;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.PskAuth;
import io.culvert.ike.eap.EapOpening;
import io.culvert.ike.eap.EapStep;
import io.culvert.ike.exchange.AuthenticationStep.Ask;
import io.culvert.ike.exchange.AuthenticationStep.Failed;
import io.culvert.ike.exchange.AuthenticationStep.Round;
import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.Eap;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.Role;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The rounds of EAP inside IKE_AUTH, and the proofs that end them, whichever side we are on: an initiator is the EAP
/// peer, a responder the EAP server.
///
/// IKE passes the packets on without understanding them. What it does see to: that they come in turns, that a
/// conversation ends some day, and that it ends with a key that both know.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.16 RFC 7296 section 2.16
final class EapRounds {
    /// The most packets of ours in a conversation. EAP-TLS with long chains takes some 20.
    static final int MOST = 50;

    private static final int LEAST_MSK_OCTETS = 64;

    /// What a message in the middle has, either way.
    private static final PayloadRules GOING_ON =
            PayloadRules.none()
                    .once(PayloadType.EAP)
                    .never(PayloadType.AUTH, PayloadType.IDI, PayloadType.IDR);

    /// What the last message has, either way.
    private static final PayloadRules OVER =
            PayloadRules.none()
                    .once(PayloadType.AUTH)
                    .never(PayloadType.EAP, PayloadType.IDI, PayloadType.IDR)
                    .atMostOnce(PayloadType.CP, PayloadType.SA, PayloadType.TSI, PayloadType.TSR)
                    .together(PayloadType.SA, PayloadType.TSI, PayloadType.TSR);

    private final AuthenticationContext context;
    private final EapOpening opening;
    private final boolean keyless;
    private List<Payload> prelude;
    private Optional<EapStep.Succeeded> success = Optional.empty();
    private int latestIdentifier;
    private int said;

    /// @param keyless whether a method may do without a key
    /// @param prelude what goes before our first packet
    EapRounds(
            AuthenticationContext context,
            EapOpening opening,
            boolean keyless,
            List<Payload> prelude) {
        this.context = context;
        this.opening = opening;
        this.keyless = keyless;
        this.prelude = List.copyOf(prelude);
    }

    /// Lets the conversation begin; for the server's side.
    AuthenticationStep begin() {
        return new Ask(new Question.ContinueEap(opening, Optional.empty()));
    }

    /// Takes in a message in the middle.
    AuthenticationStep take(List<Payload> message) {
        return GOING_ON.violation(message)
                .<AuthenticationStep>map(Proofs::misbehaved)
                .orElseGet(() -> take(PayloadChain.first(message, Eap.class).orElseThrow()));
    }

    /// Hands on what the other side said.
    AuthenticationStep take(Eap packet) {
        if (!isInTurn(packet)) {
            return Proofs.misbehaved(
                    "EAP packet with code "
                            + packet.code()
                            + " and identifier "
                            + packet.identifier()
                            + " out of turn");
        }
        latestIdentifier = packet.identifier();
        return new Ask(new Question.ContinueEap(opening, Optional.of(packet)));
    }

    /// Goes on with what came of it.
    ///
    /// @param ourSignedOctets what our AUTH payload covers
    AuthenticationStep answered(EapStep step, Octets ourSignedOctets) {
        return switch (step) {
            case EapStep.Say(Eap packet) -> say(packet);
            case EapStep.Failed(String reason) -> failed(reason);
            case EapStep.Succeeded succeeded -> {
                Optional<String> useless = uselessness(succeeded);
                if (useless.isPresent()) {
                    succeeded.msk().ifPresent(KeyMaterial::close);
                    yield failed(useless.get());
                }
                success = Optional.of(succeeded);
                yield switch (opening) {
                    case EapOpening.Peer _ ->
                            new Round(List.of(prove(Role.INITIATOR, ourSignedOctets)));
                    case EapOpening.Server _ -> new Round(List.of(verdict(Eap.SUCCESS)));
                };
            }
        };
    }

    /// Checks the last message: its sender has to have the key of EAP (IK-095).
    ///
    /// @return nothing if it is right
    Optional<Failed> check(List<Payload> message, Octets theirSignedOctets) {
        Optional<String> violation = OVER.violation(message);
        if (violation.isPresent()) {
            return Optional.of(Proofs.misbehaved(violation.get()));
        }
        Authentication theirs = PayloadChain.first(message, Authentication.class).orElseThrow();
        Role role =
                switch (opening) {
                    case EapOpening.Peer _ -> Role.RESPONDER;
                    case EapOpening.Server _ -> Role.INITIATOR;
                };
        return PskAuth.verify(context.prf(), secret(role), theirSignedOctets, theirs)
                ? Optional.empty()
                : Optional.of(
                        Proofs.failed(
                                Proofs.failure(
                                        "the two sides came out of EAP with different keys",
                                        "look into the peer's log: somebody may sit between the two")));
    }

    /// The proof of `role`, ours, that it took part in the conversation (IK-095).
    Authentication prove(Role role, Octets signedOctets) {
        return PskAuth.prove(context.prf(), secret(role), signedOctets);
    }

    /// Whether the conversation has succeeded.
    boolean succeeded() {
        return success.isPresent();
    }

    /// Whether EAP authenticated the server, too.
    boolean mutual() {
        return success.map(EapStep.Succeeded::mutual).orElse(false);
    }

    /// Whom EAP authenticated.
    Optional<String> identity() {
        return success.map(EapStep.Succeeded::identity);
    }

    /// Forgets the key.
    void close() {
        success.flatMap(EapStep.Succeeded::msk).ifPresent(KeyMaterial::close);
    }

    /// A request has to be another one than before; whatever answers something has to name it.
    private boolean isInTurn(Eap packet) {
        boolean names = packet.identifier() == latestIdentifier;
        return switch (opening) {
            case EapOpening.Peer _ ->
                    packet.code() != Eap.RESPONSE
                            && (said == 0 || (packet.code() == Eap.REQUEST) != names);
            case EapOpening.Server _ -> packet.code() == Eap.RESPONSE && names;
        };
    }

    private AuthenticationStep say(Eap packet) {
        boolean ours =
                switch (opening) {
                    case EapOpening.Peer _ ->
                            packet.code() == Eap.RESPONSE
                                    && packet.identifier() == latestIdentifier;
                    case EapOpening.Server _ -> packet.code() == Eap.REQUEST;
                };
        if (!ours) {
            return failed(opening.backend() + " gave a packet out of turn");
        }
        if (++said > MOST) {
            return failed("the conversation did not end within " + MOST + " rounds");
        }
        latestIdentifier = packet.identifier();
        List<Payload> payloads = new ArrayList<>(prelude);
        prelude = List.of();
        payloads.add(packet);
        return new Round(payloads);
    }

    /// Why a success is good for nothing, if it is not.
    private Optional<String> uselessness(EapStep.Succeeded end) {
        if (said == 0) {
            return Optional.of("it succeeded before it began");
        }
        if (end.msk().isEmpty() && !keyless) {
            return Optional.of("the method made no key");
        }
        return end.msk()
                .filter(key -> key.size() < LEAST_MSK_OCTETS)
                .map(key -> "the method made a key of only " + key.size() + " octets");
    }

    private Failed failed(String reason) {
        return switch (opening) {
            case EapOpening.Peer(var us, var _) ->
                    Proofs.failed(
                            failure(
                                    "EAP as " + us.name() + " failed: " + reason,
                                    "check `eap-id`, secret or certificate against the peer's"
                                            + " configuration; its log says more"));
            case EapOpening.Server(var _, var caller, var _) ->
                    new Failed(
                            failure(
                                    "EAP of " + caller + " failed: " + reason,
                                    "compare `eap-id`, secret or certificate of both sides"),
                            NotifyType.AUTHENTICATION_FAILED,
                            List.of(
                                    verdict(Eap.FAILURE),
                                    Notify.of(NotifyType.AUTHENTICATION_FAILED)));
        };
    }

    private static SessionFailure failure(String what, String nextStep) {
        return Proofs.failure(what, nextStep);
    }

    /// The packet that tells a peer of its success or failure.
    private Eap verdict(int code) {
        return new Eap(Octets.of((byte) code, (byte) latestIdentifier, (byte) 0, (byte) 4));
    }

    private KeyMaterial secret(Role role) {
        return success.flatMap(EapStep.Succeeded::msk).orElseGet(() -> context.proofKey(role));
    }
}
