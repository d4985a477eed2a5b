package io.culvert.ike.exchange;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.PskAuth;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ike.auth.SignatureAuth;
import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.AuthenticationMethod;
import io.culvert.ike.wire.Certificate;
import io.culvert.ike.wire.CertificateEncoding;
import io.culvert.ike.wire.Identification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.Role;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Making our AUTH payload and checking the peer's, whichever side we are on.
final class Proofs {
    private static final String WRONG_SECRET =
            "check that both sides have the same secret for these identities, without a stray end of line";

    private static final Set<CertificateEncoding> BESIDE_CERTIFICATES =
            Set.of(
                    CertificateEncoding.CRL,
                    CertificateEncoding.ARL,
                    CertificateEncoding.X509_ATTRIBUTE,
                    CertificateEncoding.OCSP_CONTENT);

    private Proofs() {}

    /// Our proof, or why we have none.
    sealed interface Proof {
        /// CERT payloads, then AUTH.
        record Given(List<Payload> certificates, Authentication authentication) implements Proof {}

        /// EAP comes first.
        record Later() implements Proof {}

        /// We cannot prove who we are.
        record Impossible(SessionFailure failure) implements Proof {}
    }

    /// Makes our proof.
    ///
    /// @param role ours in the exchange
    /// @param peer who it is for, as far as we know
    static Proof prove(
            AuthenticationContext context,
            Role role,
            ConnectionConfig connection,
            Optional<Identity> peer) {
        LocalAuthentication local = connection.local();
        Octets signedOctets =
                context.signedOctets(role, Names.identification(role, local.identity()));
        return switch (local) {
            case LocalAuthentication.PreSharedKey psk -> {
                SharedKeys keys = context.session().sharedKeys();
                yield peer.map(whom -> keys.find(psk.identity(), whom))
                        .orElseGet(() -> keys.findForUnknownPeer(psk.identity()))
                        .<Proof>map(key ->
                                new Proof.Given(
                                        List.of(), PskAuth.prove(context.prf(), key, signedOctets)))
                        .orElseGet(() ->
                                noSecret(
                                        psk.identity(),
                                        peer.map(Identity::toString)
                                                .orElse(connection.remote().identity().text())));
            }
            case LocalAuthentication.Signature signature -> sign(context, signature, signedOctets);
            case LocalAuthentication.Null _ ->
                    new Proof.Given(
                            List.of(),
                            PskAuth.proveNothing(
                                    context.prf(), context.proofKey(role), signedOctets));
            case LocalAuthentication.Resumed _ ->
                    new Proof.Given(
                            List.of(),
                            PskAuth.proveResumed(
                                    context.prf(), context.proofKey(role), signedOctets));
            case LocalAuthentication.Eap _ -> new Proof.Later();
        };
    }

    /// Checks the AUTH payload of a message.
    ///
    /// @param role the peer's in the exchange
    /// @return nothing if it is right; otherwise why not, or what has to be asked first
    static Optional<AuthenticationStep> check(
            AuthenticationContext context,
            ConnectionConfig connection,
            Role role,
            List<Payload> message) {
        Identity peer = identity(role, message);
        return switch (connection.remote()) {
            case RemoteAuthentication.PreSharedKey _ ->
                    checkSharedKey(context, connection.local().identity(), role, message)
                            .map(Proofs::failed);
            case RemoteAuthentication.Null _ ->
                    checkNull(context, role, message).map(Proofs::failed);
            case RemoteAuthentication.Resumed(Identity before) ->
                    checkResumed(context, before, role, message).map(Proofs::failed);
            case RemoteAuthentication.Signature trust -> Optional.of(judge(peer, message, trust));
            case RemoteAuthentication.Eap(_, _, _, var tls, _) ->
                    Optional.of(
                            tls.<AuthenticationStep>map(t -> judge(peer, message, t.trust()))
                                    .orElseGet(() ->
                                            failed(
                                                    failure(
                                                            peer
                                                                    + " proves who it is by more than EAP, and"
                                                                    + " nothing is configured to judge that",
                                                            "set `auth` of the remote side to"
                                                                    + " \"pubkey\""))));
        };
    }

    private static AuthenticationStep judge(
            Identity peer, List<Payload> message, RemoteAuthentication.Signature trust) {
        Optional<CertificateEncoding> unread = unreadEncoding(message);
        if (unread.isPresent()) {
            return failed(
                    failure(
                            peer
                                    + " sent its certificate as "
                                    + unread.get()
                                    + ", which was not asked for and is not read: nothing is fetched before the"
                                    + " peer is known",
                            "let the peer send its certificate itself, as X.509"));
        }
        return new AuthenticationStep.Ask(
                new Question.ValidateCertificate(peer, chain(message), trust));
    }

    private static Optional<SessionFailure> checkSharedKey(
            AuthenticationContext context, Identity local, Role role, List<Payload> message) {
        Identity remote = identity(role, message);
        Authentication authentication = authentication(message);
        if (!authentication.method().equals(AuthenticationMethod.SHARED_KEY_MIC)) {
            return Optional.of(
                    failure(
                            remote
                                    + " authenticates with "
                                    + authentication.method()
                                    + ", a pre-shared key was expected",
                            "set `auth` of the remote side to what the peer uses"));
        }
        Optional<KeyMaterial> secret = context.session().sharedKeys().find(local, remote);
        if (secret.isEmpty()) {
            return Optional.of(
                    failure(
                            "no pre-shared key is configured for " + remote,
                            "add a secret whose `ids` name " + remote));
        }
        boolean right =
                PskAuth.verify(
                        context.prf(),
                        secret.get(),
                        signedOctets(context, role, message),
                        authentication);
        return right
                ? Optional.empty()
                : Optional.of(
                        failure("the pre-shared key of " + remote + " is not ours", WRONG_SECRET));
    }

    /// An anonymous peer has to have the keys of this IKE SA.
    private static Optional<SessionFailure> checkNull(
            AuthenticationContext context, Role role, List<Payload> message) {
        Authentication authentication = authentication(message);
        boolean right =
                authentication.equals(
                        PskAuth.proveNothing(
                                context.prf(),
                                context.proofKey(role),
                                signedOctets(context, role, message)));
        return right
                ? Optional.empty()
                : Optional.of(
                        failure(
                                authentication.method().equals(AuthenticationMethod.NULL)
                                        ? "the AUTH payload of the anonymous peer is wrong"
                                        : "the peer authenticates with "
                                                + authentication.method()
                                                + ", none was expected",
                                "set `auth` of the remote side to what the peer uses"));
    }

    /// A peer that resumes has to be who it was, and to have the keys of this IKE SA.
    private static Optional<SessionFailure> checkResumed(
            AuthenticationContext context, Identity before, Role role, List<Payload> message) {
        Octets expected =
                PskAuth.proveResumed(
                                context.prf(),
                                context.proofKey(role),
                                signedOctets(context, role, message))
                        .data();
        Authentication given = authentication(message);
        boolean right =
                given.method().equals(AuthenticationMethod.SHARED_KEY_MIC)
                        && MessageDigest.isEqual(expected.toArray(), given.data().toArray());
        if (right && identity(role, message).equals(before)) {
            return Optional.empty();
        }
        return Optional.of(
                failure(
                        right
                                ? identity(role, message) + " resumes the IKE SA of " + before
                                : "the peer does not have the keys of the IKE SA that it resumes",
                        "look into the peer's log; it can begin anew"));
    }

    /// Checks the peer's proof by signature.
    ///
    /// @param role the peer's in the exchange
    /// @return nothing if it is right
    static Optional<SessionFailure> checkSignature(
            AuthenticationContext context, Role role, List<Payload> message, PublicKey key) {
        Identity remote = identity(role, message);
        return SignatureAuth.verify(
                        context.session().crypto(),
                        key,
                        signedOctets(context, role, message),
                        authentication(message))
                .map(reason ->
                        failure(
                                remote + ": " + reason,
                                "check that the peer uses the private key of its certificate"));
    }

    /// How the peer sent its own certificate, if that is not an X.509 certificate in full. Lists and attribute
    /// certificates may come before it and are not looked at.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.6 RFC 7296 section 3.6
    private static Optional<CertificateEncoding> unreadEncoding(List<Payload> payloads) {
        return PayloadChain.all(payloads, Certificate.class).stream()
                .map(Certificate::encoding)
                .filter(encoding -> !BESIDE_CERTIFICATES.contains(encoding))
                .findFirst()
                .filter(first -> !first.equals(CertificateEncoding.X509_SIGNATURE));
    }

    /// The peer's certificates in DER, its own first.
    private static List<Octets> chain(List<Payload> payloads) {
        return PayloadChain.all(payloads, Certificate.class).stream()
                .filter(c -> c.encoding().equals(CertificateEncoding.X509_SIGNATURE))
                .map(Certificate::data)
                .toList();
    }

    private static Authentication authentication(List<Payload> message) {
        return PayloadChain.first(message, Authentication.class).orElseThrow();
    }

    private static Identification identification(Role role, List<Payload> message) {
        return PayloadChain.identification(message, role).orElseThrow();
    }

    private static Identity identity(Role role, List<Payload> message) {
        return Names.identity(identification(role, message));
    }

    private static Octets signedOctets(
            AuthenticationContext context, Role role, List<Payload> message) {
        return context.signedOctets(role, identification(role, message));
    }

    static SessionFailure failure(String what, String nextStep) {
        return new SessionFailure.AuthenticationFailed(what, nextStep);
    }

    /// The end for a peer, or us, that is not who it says.
    static AuthenticationStep.Failed failed(SessionFailure failure) {
        return new AuthenticationStep.Failed(failure, NotifyType.AUTHENTICATION_FAILED);
    }

    /// The end for a peer that breaks the protocol.
    static AuthenticationStep.Failed misbehaved(String what) {
        return new AuthenticationStep.Failed(
                new SessionFailure.PeerMisbehaved(
                        "malformed IKE_AUTH: " + what, "look into the peer's log"),
                NotifyType.INVALID_SYNTAX);
    }

    /// The end by a peer that answers with an error.
    static AuthenticationStep.Failed refusedByPeer(ConnectionConfig connection, Notify error) {
        if (error.is(NotifyType.UNEXPECTED_NAT_DETECTED)) {
            return new AuthenticationStep.Failed(
                    new SessionFailure.Incompatible(
                            "somebody changes addresses on the way to the peer",
                            "nats-allowed = false",
                            "UNEXPECTED_NAT_DETECTED",
                            "set `nats-allowed` to true if that is a NAT that you know of"),
                    NotifyType.UNEXPECTED_NAT_DETECTED);
        }
        return error.is(NotifyType.AUTHENTICATION_FAILED)
                ? failed(
                        failure(
                                "the peer refused us as "
                                        + connection.local().identity()
                                        + ": AUTHENTICATION_FAILED",
                                "check secret or certificate, and `id` of both sides, against the peer's"
                                        + " configuration; its log says which"))
                : misbehaved("the peer refused IKE_AUTH with " + error.name());
    }

    /// What to tell of a certificate that is not accepted.
    static SessionFailure certificateRefused(Identity remote, String reason) {
        return failure(
                "the certificate of " + remote + " is refused: " + reason,
                "renew or replace the certificate, or correct `ca-certs` and `id` of the remote side");
    }

    private static Proof noSecret(Identity local, String peer) {
        return new Proof.Impossible(
                new SessionFailure.LocalProblem(
                        "no pre-shared key is configured for " + local + " and " + peer,
                        "add a secret whose `ids` name both"));
    }

    private static Proof sign(
            AuthenticationContext context,
            LocalAuthentication.Signature signature,
            Octets signedOctets) {
        List<Payload> certificates = new ArrayList<>();
        signature
                .chain()
                .forEach(der ->
                        certificates.add(new Certificate(CertificateEncoding.X509_SIGNATURE, der)));
        try {
            Authentication authentication =
                    SignatureAuth.prove(
                            context.session().crypto(),
                            context.session().random(),
                            signature.key(),
                            context.initial().signatureHashes(),
                            signedOctets);
            return new Proof.Given(certificates, authentication);
        } catch (GeneralSecurityException e) {
            return new Proof.Impossible(
                    new SessionFailure.LocalProblem(
                            "signing as " + signature.identity() + " failed: " + e.getMessage(),
                            "check `key` and `certs` of the local side"));
        }
    }
}
