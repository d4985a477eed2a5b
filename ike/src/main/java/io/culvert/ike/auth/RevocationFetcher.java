package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import java.time.Instant;

/// Gets revocation lists and certificate statuses from the places that certificates name.
///
/// It believes nothing: [CertificateValidation] checks what comes, and says what deserves to be kept. It is asked only
/// for certificates whose chain is otherwise good, so that no stranger can choose whom we call.
public interface RevocationFetcher {
    /// Fetches nothing.
    RevocationFetcher NONE =
            new RevocationFetcher() {
                @Override
                public Answer fetch(Query query) {
                    return new Answer.Failed("nothing is fetched here");
                }

                @Override
                public void keep(Query query, Octets answer, Instant until) {
                    // there was no answer
                }
            };

    /// What to get.
    sealed interface Query {
        /// Where, as the certificate says: mostly `http:`, but unchecked.
        String uri();

        /// A certificate revocation list.
        record RevocationList(String uri) implements Query {}

        /// The status of one certificate from an OCSP responder.
        ///
        /// @param request an OCSPRequest in DER
        /// @spec https://www.rfc-editor.org/rfc/rfc6960#appendix-A RFC 6960 appendix A
        record CertificateStatus(String uri, Octets request) implements Query {}
    }

    /// What came of it.
    sealed interface Answer {
        /// Some octets.
        record Received(Octets octets) implements Answer {}

        /// Nothing.
        ///
        /// @param reason why, as a part of a sentence for people
        record Failed(String reason) implements Answer {}
    }

    /// Gets an answer, or fails in bounded time.
    Answer fetch(Query query);

    /// Tells that an answer was good and will be until some time: it may be given again until then.
    void keep(Query query, Octets answer, Instant until);
}
