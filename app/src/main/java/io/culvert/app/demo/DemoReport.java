package io.culvert.app.demo;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The parts of what a demo has to tell.
public final class DemoReport {
    private DemoReport() {}

    /// Where and with what it runs.
    ///
    /// @param crypto what does the cryptography
    /// @param note why it is not the faster one; may be empty
    /// @param authentication how both prove who they are
    /// @param client the client's ports
    /// @param gateway the gateway's ports
    public record Setting(
            String crypto, String note, String authentication, String client, String gateway) {}

    /// A message, seen from the client.
    ///
    /// @param at when, since the first
    /// @param sent whether the client sent it
    /// @param exchange the exchange
    /// @param request whether it is a request
    /// @param messageId its number
    /// @param transport the sort of transport
    /// @param port the gateway's port
    /// @param octets its size
    /// @param payloads its payloads in short
    /// @param repeated whether it is a retransmission
    public record Rung(
            Duration at,
            boolean sent,
            String exchange,
            boolean request,
            long messageId,
            String transport,
            int port,
            int octets,
            String payloads,
            boolean repeated) {}

    /// The tunnel that came of it.
    ///
    /// @param transport the transport of IKE
    /// @param why why that one
    /// @param suite IKE's algorithms
    /// @param espTransport the transport of ESP
    /// @param espSuite ESP's algorithms
    /// @param local what the client may send from
    /// @param remote what it may send to
    /// @param handshake how long it took
    public record Tunnel(
            String transport,
            String why,
            String suite,
            String espTransport,
            String espSuite,
            String local,
            String remote,
            Duration handshake) {}

    /// A ping through the tunnel.
    ///
    /// @param number from 1
    /// @param target whom
    /// @param octets the size of the inner packet
    /// @param roundTrip how long it took; empty if it was lost
    public record Ping(int number, String target, int octets, Optional<Duration> roundTrip) {}

    /// The end of it.
    ///
    /// @param pings all pings
    /// @param espOut ESP packets of the client
    /// @param espIn ESP packets to the client
    public record Totals(List<Ping> pings, long espOut, long espIn) {
        /// Copies the list.
        public Totals {
            pings = List.copyOf(pings);
        }

        /// How many came back.
        public long answered() {
            return pings.stream().filter(p -> p.roundTrip().isPresent()).count();
        }

        /// Whether all came back.
        public boolean isGood() {
            return !pings.isEmpty() && answered() == pings.size();
        }
    }
}
