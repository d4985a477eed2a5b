package io.culvert.ike.eap;

import io.culvert.ike.wire.Eap;
import io.culvert.ipsec.value.KeyMaterial;
import java.util.Optional;

/// How far an EAP conversation has come.
public sealed interface EapStep {
    /// The conversation goes on with this packet of ours.
    ///
    /// @param packet a request of a server, a response of a peer
    record Say(Eap packet) implements EapStep {}

    /// The peer is authenticated. A server's side says so as soon as it knows: the EAP Success packet is not part of
    /// the conversation. A peer's side says so when that packet has come, and not before its method is complete.
    ///
    /// @param msk the master session key, 64 octets or more; empty if the method makes none. It is the receiver's, who
    ///     closes it
    /// @param identity who was authenticated: the name that the method proved
    /// @param mutual whether the server was authenticated, too, by a method with which a client may do without the
    ///     server's AUTH payload (RFC 5998 section 4)
    record Succeeded(Optional<KeyMaterial> msk, String identity, boolean mutual)
            implements EapStep {}

    /// It came to nothing. Of this, too, the packet is not a part.
    ///
    /// @param reason why, for people; holds no secrets
    record Failed(String reason) implements EapStep {}
}
