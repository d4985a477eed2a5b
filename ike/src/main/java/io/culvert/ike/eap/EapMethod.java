package io.culvert.ike.eap;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.util.Optional;

/// One side of a method: what it makes of what the other side says. It sees what follows the type of a packet; who says
/// Success, Failure or Nak, and whether packets come in turn, is not its matter.
interface EapMethod extends AutoCloseable {
    /// The type of its packets.
    int type();

    /// What comes of a packet.
    sealed interface Move {
        /// This is the answer.
        record Say(Octets body) implements Move {}

        /// A server's side: the peer is authenticated.
        record Done(Proof proof) implements Move {}

        /// It comes to nothing.
        record Failed(String reason) implements Move {}
    }

    /// What a method has proved.
    ///
    /// @param identity the peer's name
    /// @param mutual whether the server is authenticated by a method that RFC 5998 section 4 allows
    record Proof(KeyMaterial msk, String identity, boolean mutual) {}

    /// A server's first packet. A peer's side is not asked.
    Move begin();

    /// Goes on with a packet of the other side.
    Move take(Octets body);

    /// A peer's side: what is proved, once nothing is missing but the Success packet.
    Optional<Proof> proof();

    /// A peer's side: what the server has said against us, if anything.
    default Optional<String> complaint() {
        return Optional.empty();
    }

    /// Forgets secrets.
    @Override
    void close();
}
