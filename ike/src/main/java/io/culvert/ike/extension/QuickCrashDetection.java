package io.culvert.ike.extension;

import io.culvert.ike.api.SessionContext;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.security.MessageDigest;
import java.util.Optional;

/// Quick crash detection: who has restarted can prove that it has lost an IKE SA.
///
///     HDR, SK { IDi, AUTH, N(QCD_TOKEN), ... }  -->
///                                               <--  HDR, SK { IDr, AUTH, N(QCD_TOKEN), ... }
///         ... the responder restarts ...
///     HDR, SK {}                                -->
///                                               <--  HDR, N(INVALID_IKE_SPI), N(QCD_TOKEN)
///
/// Token = prf(secret, role | SPIi | SPIr). The secret outlives the process, so nothing of the IKE SA has to. The role is
/// whether the maker is the original initiator. It has to be in it: a stranger can turn the flag of a header round, and
/// then asks for an IKE SA that the maker does not know while it holds the one with the same SPIs.
///
/// @spec https://www.rfc-editor.org/rfc/rfc6290#section-5 RFC 6290 section 5
public final class QuickCrashDetection {
    private final CryptoProvider crypto;
    private final KeyMaterial secret;

    private QuickCrashDetection(CryptoProvider crypto, KeyMaterial secret) {
        this.crypto = crypto;
        this.secret = secret;
    }

    /// The maker of tokens, if there is a secret to make them from.
    public static Optional<QuickCrashDetection> maker(SessionContext context) {
        return context.crashSecret()
                .map(secret -> new QuickCrashDetection(context.crypto(), secret));
    }

    /// The token of an IKE SA.
    ///
    /// @param originalInitiator whether we are its original initiator
    public Notify token(IkeSpi initiator, IkeSpi responder, boolean originalInitiator) {
        Octets sa =
                new OctetsBuilder(17)
                        .u8(originalInitiator ? 1 : 0)
                        .u64(initiator.value())
                        .u64(responder.value())
                        .build();
        byte[] token = crypto.prf(PrfAlgorithm.HMAC_SHA2_256).apply(secret.expose(), sa.toArray());
        return new Notification.QcdToken(Octets.wrap(token)).toNotify();
    }

    /// The token to show for a request to an IKE SA that we do not hold.
    public Notify lost(IkeHeader request) {
        return token(request.initiatorSpi(), request.responderSpi(), !request.originalInitiator());
    }

    /// Whether an unprotected message proves that its sender has lost the IKE SA. Of several tokens one has to be right: a
    /// peer that has a new secret shows one of the old secret too.
    ///
    /// @param kept the token that the peer gave us for the IKE SA
    /// @spec https://www.rfc-editor.org/rfc/rfc6290#section-4.5 RFC 6290 section 4.5
    public static boolean proves(IkeMessage message, Octets kept) {
        boolean saysUnknown =
                message.header().response()
                        && (message.notification(NotifyType.INVALID_IKE_SPI).isPresent()
                                || message.notification(NotifyType.INVALID_SPI).isPresent());
        byte[] expected = kept.toArray();
        return saysUnknown
                && PayloadChain.notifications(message.payloads(), Notification.QcdToken.class)
                        .stream()
                        .anyMatch(
                                shown -> MessageDigest.isEqual(expected, shown.token().toArray()));
    }
}
