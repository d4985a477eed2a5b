package io.culvert.ike.exchange;

import io.culvert.ike.api.SessionContext;
import io.culvert.ike.auth.PostQuantumPsks.Ppk;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Notify;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Names post-quantum pre-shared keys in IKE_INTERMEDIATE so that the other side sees whether it has the same:
/// `PPK Confirmation = prf(PPK, Ni | Nr | SPIi | SPIr)`, of which eight octets are sent.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9867#section-3.1 RFC 9867 section 3.1
public final class PpkConfirmation {
    private static final int OCTETS = 8;

    private final SessionContext context;
    private final InitialKeys initial;

    /// @param initial what IKE_SA_INIT agreed on
    public PpkConfirmation(SessionContext context, InitialKeys initial) {
        this.context = context;
        this.initial = initial;
    }

    /// PPK_IDENTITY_KEY for a key.
    Notify notification(Ppk ppk) {
        return new Notification.PpkIdentityKey(PpkUse.FIXED, ppk.id(), of(ppk.key())).toNotify();
    }

    /// The first of several keys that the peer names and has, in its order.
    Optional<Ppk> chosen(List<Notification.PpkIdentityKey> named, List<Ppk> ours) {
        return named.stream()
                .flatMap(theirs ->
                        ours.stream()
                                .filter(ppk ->
                                        ppk.id().equals(theirs.identity())
                                                && of(ppk.key()).equals(theirs.confirmation())))
                .findFirst();
    }

    private Octets of(KeyMaterial ppk) {
        byte[] key = ppk.expose();
        Octets all =
                Octets.wrap(
                        context.crypto()
                                .prf(initial.suite().prf())
                                .apply(
                                        key,
                                        initial.initiatorNonce().toArray(),
                                        initial.responderNonce().toArray(),
                                        initial.initiatorSpi().toOctets().toArray(),
                                        initial.responderSpi().toOctets().toArray()));
        Arrays.fill(key, (byte) 0);
        return all.slice(0, OCTETS);
    }
}
