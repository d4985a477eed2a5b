package io.culvert.ike.exchange;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.PostQuantumPsks.Ppk;
import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.Role;
import io.culvert.ipsec.value.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What post-quantum pre-shared keys do in IKE_AUTH: the initiator names one and proves itself with it, and without it
/// too where it can do without; the responder says whether it has used it.
///
///     HDR, SK {IDi, …, AUTH, N(PPK_IDENTITY)(name), [N(NO_PPK_AUTH)(proof without)], …}  -->
///                                        <--  HDR, SK {IDr, …, AUTH, [N(PPK_IDENTITY),] …}
///
/// @spec https://www.rfc-editor.org/rfc/rfc8784#section-3 RFC 8784 section 3
final class PpkUse {
    /// An identity that both sides have configured.
    static final int FIXED = 2;

    private PpkUse() {}

    /// What the response of IKE_SA_INIT says: never both.
    static List<Payload> agreement(PpkMode mode) {
        return switch (mode) {
            case NONE -> List.of();
            case IKE_AUTH -> List.of(Notify.of(NotifyType.USE_PPK));
            case IKE_INTERMEDIATE -> List.of(Notify.of(NotifyType.USE_PPK_INT));
        };
    }

    /// With what the initiator proves itself first: with the key, if both sides can use one.
    static AuthenticationContext offered(AuthenticationContext plain, ConnectionConfig connection) {
        return isUsedHere(plain) ? plain.mixed(connection.ppks().keys().getFirst()) : plain;
    }

    /// The initiator's AUTH, with all that belongs to it.
    ///
    /// @param plain the context without key
    /// @param wanted who the peer shall be, as far as we know
    /// @param ours the proof with the key
    static List<Payload> proof(
            AuthenticationContext plain,
            ConnectionConfig connection,
            Optional<Identity> wanted,
            Authentication ours) {
        if (!isUsedHere(plain)) {
            return List.of(ours);
        }
        List<Payload> payloads = new ArrayList<>();
        payloads.add(ours);
        Octets id = connection.ppks().keys().getFirst().id();
        payloads.add(new Notification.PpkIdentity(FIXED, id).toNotify());
        if (!connection.ppks().required()
                && Proofs.prove(plain, Role.INITIATOR, connection, wanted)
                        instanceof Proofs.Proof.Given(var _, Authentication without)) {
            payloads.add(new Notification.NoPpkAuth(without.data()).toNotify());
        }
        return payloads;
    }

    /// What the responder's proof has to be checked with; nothing if it goes without the key and must not.
    static Optional<AuthenticationContext> answered(
            AuthenticationContext plain,
            AuthenticationContext offered,
            ConnectionConfig connection,
            List<Payload> response) {
        if (plain.initial().ppk() == PpkMode.IKE_INTERMEDIATE) {
            return Optional.of(plain);
        }
        boolean used =
                isUsedHere(plain)
                        && PayloadChain.notification(response, NotifyType.PPK_IDENTITY).isPresent();
        if (used) {
            return Optional.of(offered);
        }
        return connection.ppks().required() ? Optional.empty() : Optional.of(plain);
    }

    /// What a responder goes on with.
    ///
    /// @param context with the key, if it is used
    /// @param request the request, whose AUTH payload is the one that has to be checked
    /// @param answer what the response has to say about it
    record Asked(AuthenticationContext context, List<Payload> request, List<Payload> answer) {}

    /// Looks for the key that a request names; nothing if the request cannot be accepted.
    static Optional<Asked> asked(
            AuthenticationContext plain, ConnectionConfig connection, List<Payload> request) {
        if (plain.initial().ppk() == PpkMode.IKE_INTERMEDIATE) {
            return Optional.of(new Asked(plain, request, List.of()));
        }
        Optional<Ppk> named =
                PayloadChain.notifications(request, Notification.PpkIdentity.class).stream()
                        .findFirst()
                        .filter(_ -> isUsedHere(plain))
                        .flatMap(notification -> connection.ppks().named(notification.identity()));
        if (named.isPresent()) {
            return Optional.of(
                    new Asked(
                            plain.mixed(named.get()),
                            request,
                            List.of(Notify.of(NotifyType.PPK_IDENTITY))));
        }
        if (connection.ppks().required()) {
            return Optional.empty();
        }
        boolean wanted = PayloadChain.notification(request, NotifyType.PPK_IDENTITY).isPresent();
        List<Notification.NoPpkAuth> without =
                PayloadChain.notifications(request, Notification.NoPpkAuth.class);
        if (!wanted) {
            return Optional.of(new Asked(plain, request, List.of()));
        }
        return without.stream()
                .findFirst()
                .map(proof -> new Asked(plain, withProof(request, proof.authData()), List.of()));
    }

    private static boolean isUsedHere(AuthenticationContext context) {
        return context.initial().ppk() == PpkMode.IKE_AUTH;
    }

    private static List<Payload> withProof(List<Payload> request, Octets data) {
        return request.stream()
                .map(payload ->
                        payload instanceof Authentication auth
                                ? new Authentication(auth.method(), data)
                                : payload)
                .toList();
    }

    /// Why nothing comes of it.
    static AuthenticationStep.Failed failed(Role ours) {
        return Proofs.failed(missing(ours));
    }

    /// A key is required that the two do not share.
    static SessionFailure missing(Role ours) {
        return Proofs.failure(
                ours == Role.INITIATOR
                        ? "the peer does not have our post-quantum pre-shared key"
                        : "the peer names no post-quantum pre-shared key that we have",
                "give both sides the same PPK under the same name, or set ppk-required to false");
    }
}
