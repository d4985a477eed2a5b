package io.culvert.ike.api;

import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;

/// Guards the door: decides about messages that belong to no session that we know. For one thread.
///
/// Costs bounded memory and time, whatever comes.
public interface Admission {
    /// What to do with a message whose SPI of ours is zero or unknown.
    Decision decide(MonoTime now, TransportPath path, Octets message);

    /// What to do about ESP by an SPI that nobody knows, from where no session's peer is: its sender may be told, so that a
    /// client of before our restart learns of that at once.
    ///
    /// @return [Decision.Drop] or [Decision.Reply]
    Decision unknownEsp(MonoTime now, Spi spi);

    /// A session that was accepted is no longer half open ([Action.HandshakeEnded]).
    ///
    /// @param established whether it came to an IKE SA; if not, the same request may be tried again
    void handshakeEnded(MonoTime now, IkeSpi ours, boolean established);

    /// What is to be done.
    sealed interface Decision {
        /// Nothing.
        ///
        /// @param reason the name of the reason, for counters: `INVALID_IKE_SPI_RATE`
        record Drop(String reason) implements Decision {}

        /// Answer, keeping no state.
        ///
        /// @param reason the name of the reason, for counters: `COOKIE`
        record Reply(Octets message, String reason) implements Decision {}

        /// It says, without proof, that its sender does not know an SPI of ESP: it is for the sessions whose ESP goes there.
        record AboutEsp() implements Decision {}

        /// It belongs to the session with this SPI, which has it already once.
        record Forward(IkeSpi ours) implements Decision {}

        /// Make a responder's session with this SPI and hand it the message.
        record Accept(IkeSpi ours) implements Decision {}
    }
}
