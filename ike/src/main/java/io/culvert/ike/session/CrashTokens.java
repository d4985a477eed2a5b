package io.culvert.ike.session;

import io.culvert.ike.extension.QuickCrashDetection;
import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ipsec.value.MonoTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The tokens of quick crash detection in the exchanges of a session: ours, if we make any, and the peer's.
///
/// @spec https://www.rfc-editor.org/rfc/rfc6290#section-4.2 RFC 6290 section 4.2
final class CrashTokens {
    private CrashTokens() {}

    /// Our token of an IKE SA; empty if we make none.
    static Optional<Notify> ours(Peering peering, IkeSa sa) {
        return QuickCrashDetection.maker(peering.context())
                .map(maker ->
                        maker.token(
                                sa.initial().initiatorSpi(),
                                sa.initial().responderSpi(),
                                sa.originalInitiator()));
    }

    /// A message of IKE_AUTH with our token behind AUTH, where a message without AUTH has none.
    static List<Payload> behindAuth(Peering peering, List<Payload> payloads) {
        Optional<Notify> token = ours(peering, peering.theSa());
        List<Payload> all = new ArrayList<>(payloads);
        for (int i = 0; i < payloads.size() && token.isPresent(); i++) {
            if (payloads.get(i) instanceof Authentication) {
                all.add(i + 1, token.get());
            }
        }
        return all;
    }

    /// Keeps what the peer says in an IKE SA about that IKE SA. The latest token counts: a peer may replace it.
    static void take(IkeSa sa, IkeHeader header, List<Payload> payloads) {
        boolean aboutAnother =
                header.exchangeType().equals(ExchangeType.CREATE_CHILD_SA)
                        || header.exchangeType().equals(ExchangeType.IKE_FOLLOWUP_KE);
        if (!aboutAnother) {
            keep(sa, payloads);
        }
    }

    /// Keeps the token for `sa` that is among `payloads`.
    static void keep(IkeSa sa, List<Payload> payloads) {
        PayloadChain.notifications(payloads, Notification.QcdToken.class)
                .forEach(given -> sa.crashToken(given.token()));
    }

    /// Tells the peer our token of a new IKE SA.
    record Telling(Peering peering, IkeSa fresh) implements Undertaking {
        @Override
        public ExchangeType exchange() {
            return ExchangeType.INFORMATIONAL;
        }

        @Override
        public Optional<IkeSa> sa() {
            return Optional.of(fresh);
        }

        @Override
        public Optional<List<Payload>> request(MonoTime now) {
            return ours(peering, fresh).map(List::of);
        }

        @Override
        public void answered(MonoTime now, List<Payload> response) {}
    }
}
