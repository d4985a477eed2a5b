package io.culvert.ike.eap;

import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import java.net.InetAddress;

/// Who begins an EAP conversation with whom, and on which side we are.
public sealed interface EapOpening {
    /// The backend that is to hold the conversation, by its configured name: `eap-mschapv2`.
    String backend();

    /// We are the EAP peer: the original initiator, who proves who it is.
    ///
    /// @param us how we do that
    /// @param server whom the IKE responder says to be. Proved before the conversation begins, except where EAP alone
    ///     is to prove it (RFC 5998)
    record Peer(LocalAuthentication.Eap us, Identity server) implements EapOpening {
        @Override
        public String backend() {
            return us.backend();
        }
    }

    /// We are the EAP server: the original responder, to whom the other side proves who it is.
    ///
    /// @param expected how it is to do that
    /// @param caller whom it says to be in IKE; nothing proves that
    /// @param from the address it calls from
    record Server(RemoteAuthentication.Eap expected, Identity caller, InetAddress from)
            implements EapOpening {
        @Override
        public String backend() {
            return expected.backend();
        }
    }
}
