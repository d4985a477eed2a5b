package io.culvert.ike.exchange;

import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.PskAuth;
import io.culvert.ike.auth.SignatureAuth;
import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.AuthenticationMethod;
import io.culvert.ike.wire.Certificate;
import io.culvert.ike.wire.CertificateEncoding;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Making our AUTH payload and checking the peer's, whichever side we are on.
final class Proofs {
    private static final String WRONG_SECRET =
            "check that both sides have the same secret for these identities, without a stray end of line";

    private Proofs() {}

    /// Our proof, or why we have none.
    sealed interface Proof {
        /// CERT payloads, then AUTH.
        record Given(List<Payload> certificates, Authentication authentication) implements Proof {}

        /// We cannot prove who we are.
        record Impossible(SessionFailure failure) implements Proof {}
    }

    static Proof prove(
            AuthenticationContext context,
            LocalAuthentication local,
            Optional<KeyMaterial> secret,
            String peer,
            Octets signedOctets) {
        return switch (local) {
            case LocalAuthentication.PreSharedKey psk ->
                    secret.<Proof>map(key ->
                                    new Proof.Given(
                                            List.of(),
                                            PskAuth.prove(context.prf(), key, signedOctets)))
                            .orElseGet(() -> noSecret(psk.identity(), peer));
            case LocalAuthentication.Signature signature -> sign(context, signature, signedOctets);
        };
    }

    /// Checks the peer's proof by pre-shared key.
    ///
    /// @return nothing if it is right
    static Optional<SessionFailure> checkSharedKey(
            AuthenticationContext context,
            Identity local,
            Identity remote,
            Authentication authentication,
            Octets signedOctets) {
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
        boolean right = PskAuth.verify(context.prf(), secret.get(), signedOctets, authentication);
        return right
                ? Optional.empty()
                : Optional.of(
                        failure("the pre-shared key of " + remote + " is not ours", WRONG_SECRET));
    }

    /// Checks the peer's proof by signature.
    ///
    /// @return nothing if it is right
    static Optional<SessionFailure> checkSignature(
            AuthenticationContext context,
            Identity remote,
            PublicKey key,
            Authentication authentication,
            Octets signedOctets) {
        return SignatureAuth.verify(context.session().crypto(), key, signedOctets, authentication)
                .map(reason ->
                        failure(
                                remote + ": " + reason,
                                "check that the peer uses the private key of its certificate"));
    }

    /// The peer's certificates in DER, its own first.
    static List<Octets> chain(List<Payload> payloads) {
        return PayloadChain.all(payloads, Certificate.class).stream()
                .filter(c -> c.encoding().equals(CertificateEncoding.X509_SIGNATURE))
                .map(Certificate::data)
                .toList();
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
