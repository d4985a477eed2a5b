package io.culvert.ike.eap;

import io.culvert.ipsec.value.Octets;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// EAP-TLS: both sides prove who they are by certificates, in a TLS handshake whose flights are cut into packets.
///
///     Peer                                         Server
///                                             <--  Start
///     ClientHello                             -->
///                                             <--  ServerHello … CertificateRequest …
///     Certificate, CertificateVerify, Finished -->
///                                             <--  TLS 1.2: Finished    TLS 1.3: one octet of zero
///     (nothing)                               -->
///                                             <--  EAP Success
///
/// @spec https://www.rfc-editor.org/rfc/rfc5216#section-2.1 RFC 5216 section 2.1
/// @spec https://www.rfc-editor.org/rfc/rfc9190#section-2.1 RFC 9190 section 2.1
final class EapTls {
    /// What a server of TLS 1.3 says when nothing will follow but Success (RFC 9190 section 2.1.1).
    private static final Octets DONE = Octets.of((byte) 0);

    private EapTls() {}

    /// What both sides are made of.
    ///
    /// @param name the peer's name in EAP
    record Parties(String name, TlsStack stack, TlsStack.Opening opening) {
        TlsStack.End open() throws GeneralSecurityException {
            return stack.open(opening);
        }
    }

    /// The peer's side.
    static final class Peer implements EapMethod {
        private final Parties parties;
        private final TlsFragments fragments = new TlsFragments();
        private Optional<TlsStack.End> tls = Optional.empty();
        private Optional<Proof> proof = Optional.empty();

        Peer(Parties parties) {
            this.parties = parties;
        }

        @Override
        public int type() {
            return EapPackets.TLS;
        }

        @Override
        public Move begin() {
            throw new IllegalStateException("a peer does not begin");
        }

        @Override
        public Move take(Octets body) {
            Optional<String> failed = tls.flatMap(TlsStack.End::failure);
            if (failed.isPresent()) {
                return new Move.Failed(failed.get());
            }
            return switch (fragments.take(body)) {
                case TlsFragments.Arrival.Start() -> started();
                case TlsFragments.Arrival.Part() ->
                        fragments.isSending()
                                ? outOfTurn()
                                : new Move.Say(TlsFragments.ACKNOWLEDGEMENT);
                case TlsFragments.Arrival.Flight(Octets flight) ->
                        tls.filter(_ -> !fragments.isSending())
                                .map(end -> answer(end, flight))
                                .orElseGet(EapTls::outOfTurn);
                case TlsFragments.Arrival.Acknowledgement() ->
                        fragments.next().<Move>map(Move.Say::new).orElseGet(EapTls::outOfTurn);
                case TlsFragments.Arrival.Broken(String reason) -> new Move.Failed(reason);
            };
        }

        private Move started() {
            if (tls.isPresent()) {
                return outOfTurn();
            }
            try {
                TlsStack.End end = parties.open();
                tls = Optional.of(end);
                return answer(end, Octets.EMPTY);
            } catch (GeneralSecurityException e) {
                return new Move.Failed(String.valueOf(e.getMessage()));
            }
        }

        private Move answer(TlsStack.End end, Octets flight) {
            if (proof.isPresent()) {
                return outOfTurn();
            }
            Octets ours = end.exchange(flight);
            if (end.failure().isEmpty() && ours.isEmpty()) {
                return concluded(end);
            }
            fragments.send(ours);
            // an alert is acknowledged: so the server can tell that it was heard, and say Failure
            return new Move.Say(fragments.next().orElse(TlsFragments.ACKNOWLEDGEMENT));
        }

        /// The server has nothing more to say, and neither have we.
        private Move concluded(TlsStack.End end) {
            boolean complete =
                    end.isHandshaken() && (!end.isVersion13() || end.application().equals(DONE));
            if (!complete) {
                return outOfTurn();
            }
            try {
                proof = Optional.of(new Proof(end.msk(), parties.name(), true));
            } catch (SSLException e) {
                return noKey(e);
            }
            return new Move.Say(TlsFragments.ACKNOWLEDGEMENT);
        }

        @Override
        public Optional<Proof> proof() {
            return proof;
        }

        @Override
        public Optional<String> complaint() {
            return tls.flatMap(TlsStack.End::failure);
        }

        @Override
        public void close() {
            tls.ifPresent(TlsStack.End::close);
        }
    }

    /// The server's side.
    static final class Server implements EapMethod {
        private final Parties parties;
        private final TlsFragments fragments = new TlsFragments();
        private Optional<TlsStack.End> tls = Optional.empty();
        private boolean done;

        Server(Parties parties) {
            this.parties = parties;
        }

        @Override
        public int type() {
            return EapPackets.TLS;
        }

        @Override
        public Move begin() {
            try {
                tls = Optional.of(parties.open());
                return new Move.Say(TlsFragments.START);
            } catch (GeneralSecurityException e) {
                return new Move.Failed(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public Move take(Octets body) {
            TlsStack.End end = tls.orElseThrow();
            return switch (fragments.take(body)) {
                case TlsFragments.Arrival.Start() -> outOfTurn();
                case TlsFragments.Arrival.Part() ->
                        fragments.isSending() || done
                                ? outOfTurn()
                                : new Move.Say(TlsFragments.ACKNOWLEDGEMENT);
                case TlsFragments.Arrival.Flight(Octets flight) ->
                        fragments.isSending() || done || end.failure().isPresent()
                                ? alerted(end)
                                : answer(end, flight);
                case TlsFragments.Arrival.Acknowledgement() ->
                        fragments
                                .next()
                                .<Move>map(Move.Say::new)
                                .orElseGet(() -> acknowledged(end));
                case TlsFragments.Arrival.Broken(String reason) -> new Move.Failed(reason);
            };
        }

        private Move answer(TlsStack.End end, Octets flight) {
            Octets ours = end.exchange(flight);
            if (end.failure().isEmpty() && end.isHandshaken()) {
                done = true;
                try {
                    ours = end.isVersion13() ? Octets.concat(ours, end.seal(DONE)) : ours;
                } catch (SSLException e) {
                    return new Move.Failed(String.valueOf(e.getMessage()));
                }
            }
            if (ours.isEmpty()) {
                return new Move.Failed(
                        end.failure().orElse("the peer stopped in the middle of TLS"));
            }
            fragments.send(ours);
            return new Move.Say(fragments.next().orElseThrow());
        }

        private Move acknowledged(TlsStack.End end) {
            if (end.failure().isPresent()) {
                return new Move.Failed(end.failure().get());
            }
            if (!done) {
                return outOfTurn();
            }
            try {
                return new Move.Done(new Proof(end.msk(), parties.name(), true));
            } catch (SSLException e) {
                return noKey(e);
            }
        }

        /// A peer that goes on when nothing more is to come complains, or answers our complaint.
        private static Move alerted(TlsStack.End end) {
            return end.failure().<Move>map(Move.Failed::new).orElseGet(EapTls::outOfTurn);
        }

        @Override
        public Optional<Proof> proof() {
            return Optional.empty();
        }

        @Override
        public void close() {
            tls.ifPresent(TlsStack.End::close);
        }
    }

    private static EapMethod.Move outOfTurn() {
        return new EapMethod.Move.Failed("an EAP-TLS packet out of turn");
    }

    private static EapMethod.Move noKey(SSLException why) {
        return new EapMethod.Move.Failed(
                "TLS gives no key for EAP ("
                        + why.getMessage()
                        + "): let the other side use TLS 1.3, or TLS 1.2 with the extended master secret");
    }
}
