package io.culvert.ike.api;

import io.culvert.ike.transport.StreamWrapping;
import io.culvert.ike.transport.TransportKind;

/// The transport that a connection is configured to use when we are its original initiator.
public sealed interface TransportChoice {
    /// The kind of transport.
    TransportKind kind();

    /// The word for it in configuration and output.
    default String word() {
        return kind().word();
    }

    /// IKE over UDP, ESP in UDP.
    record Udp() implements TransportChoice {
        @Override
        public TransportKind kind() {
            return TransportKind.UDP;
        }
    }

    /// IKE over raw TCP, ESP in UDP.
    ///
    /// @param policy which requests go over TCP
    /// @param threshold the size in octets of a request from which [IkeTcpPolicy#LARGE] takes TCP
    record IkeTcp(IkeTcpPolicy policy, int threshold) implements TransportChoice {
        @Override
        public TransportKind kind() {
            return TransportKind.IKE_TCP;
        }
    }

    /// IKE_SA_INIT over UDP, and then IKE in one TCP connection and ESP in UDP, with a peer that knows how to. With
    /// others all goes over UDP.
    ///
    /// @spec https://datatracker.ietf.org/doc/draft-ietf-ipsecme-ikev2-reliable-transport/ draft-ietf-ipsecme-ikev2-reliable-transport
    record Separate() implements TransportChoice {
        @Override
        public TransportKind kind() {
            return TransportKind.UDP;
        }

        @Override
        public String word() {
            return "separate";
        }
    }

    /// IKE and ESP in one TCP connection.
    ///
    /// @param wrapping what the connection is wrapped in
    record TcpEncapsulation(StreamWrapping wrapping) implements TransportChoice {
        /// Without any wrapping.
        public TcpEncapsulation() {
            this(StreamWrapping.PLAIN);
        }

        @Override
        public TransportKind kind() {
            return TransportKind.TCP_ENCAPSULATION;
        }

        @Override
        public String word() {
            return wrapping.word();
        }
    }

    /// Which requests of a connection with `ike-tcp` go over TCP (IT-080).
    enum IkeTcpPolicy {
        /// Those above the threshold, once the peer has announced its port.
        LARGE,
        /// The exchanges that set up an SA, once the peer has announced its port; later ones by size.
        MISSION,
        /// All but liveness checks, from the first message on.
        ALWAYS
    }
}
