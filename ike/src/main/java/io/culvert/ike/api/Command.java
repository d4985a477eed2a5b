package io.culvert.ike.api;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// What an operator, or another session, wants of a session.
public sealed interface Command {
    /// Start as original initiator; the first input of such a session.
    ///
    /// @param candidates from where to where; several if the peer has several addresses. Never empty
    /// @param experience what worked lately from here to there
    /// @param ticket what to resume an earlier IKE SA by; without it, or if it is refused, a new one is made
    record Initiate(
            List<Endpoints> candidates,
            Optional<Experience> experience,
            Optional<HeldTicket> ticket)
            implements Command {
        /// Copies the list.
        public Initiate {
            candidates = List.copyOf(candidates);
            if (candidates.isEmpty()) {
                throw new IllegalArgumentException("nowhere to go");
            }
        }

        /// Start at the only place there is.
        public Initiate(Endpoints endpoints) {
            this(List.of(endpoints), Optional.empty(), Optional.empty());
        }

        /// The first of the candidates.
        public Endpoints endpoints() {
            return candidates.getFirst();
        }
    }

    /// Delete the IKE SA and all its Child SAs, telling the peer.
    ///
    /// @param cause why, for people
    record Terminate(String cause) implements Command {}

    /// Forget everything without telling the peer.
    ///
    /// @param cause why, for people
    record Abandon(String cause) implements Command {}

    /// What only an established IKE SA can do; without effect in others.
    sealed interface OfEstablished extends Command {}

    /// Replace the IKE SA by a new one with the same Child SAs, now.
    record RekeyIkeSa() implements OfEstablished {}

    /// Replace Child SAs by new ones, now.
    ///
    /// @param child the configured child; empty for all
    record RekeyChildSas(Optional<String> child) implements OfEstablished {}

    /// Set up a Child SA as configured, unless there is one.
    ///
    /// @param child the configured child
    record StartChild(String child) implements OfEstablished {}

    /// Delete the Child SAs of a configured child, telling the peer. The IKE SA lives.
    ///
    /// @param child the configured child
    /// @param cause why, for people
    record CloseChild(String child, String cause) implements OfEstablished {}

    /// Authenticate anew: a new IKE SA with new Child SAs, then the end of this one.
    record Reauthenticate() implements OfEstablished {}

    /// Check now whether the peer is alive.
    record CheckLiveness() implements OfEstablished {}

    /// The addresses of this host, or the routes to the peer, may have changed. May come before anything else.
    ///
    /// @param towardsPeer our address from which the system would send to where the peer is now; empty if it knows no
    ///     way there
    /// @param ours all our addresses with open ports, without those inside of tunnels
    record AddressesChanged(Optional<InetAddress> towardsPeer, List<InetAddress> ours)
            implements Command {
        /// Copies the list.
        public AddressesChanged {
            ours = List.copyOf(ours);
        }
    }
}
