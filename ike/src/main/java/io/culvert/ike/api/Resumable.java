package io.culvert.ike.api;

import io.culvert.ike.auth.Identity;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import java.time.Instant;
import java.util.Optional;

/// What is left of an IKE SA for its resumption. Both peers remember it: the client beside its ticket, the gateway in
/// the ticket or in a store of its own.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5723#section-5 RFC 5723 section 5
/// @param connection the connection as it is called by who remembers
/// @param initiator IDi of the client
/// @param responder IDr of the gateway
/// @param eapIdentity who the client has proved to be by EAP, if it did; only the gateway knows
/// @param method how the peer has proved who it is, in a word: `psk`
/// @param algorithms SAr, the algorithms of the IKE SA
/// @param skD SK_d
/// @param spi the SPI of who remembers; never used again (note 4)
/// @param until when all of this becomes worthless; only the gateway decides
public record Resumable(
        String connection,
        Identity initiator,
        Identity responder,
        Optional<String> eapIdentity,
        String method,
        SecurityAssociation algorithms,
        KeyMaterial skD,
        IkeSpi spi,
        Optional<Instant> until) {
    /// The same for no longer than `end`.
    public Resumable until(Instant end) {
        Instant first = until.filter(end::isAfter).orElse(end);
        return new Resumable(
                connection,
                initiator,
                responder,
                eapIdentity,
                method,
                algorithms,
                skD,
                spi,
                Optional.of(first));
    }
}
