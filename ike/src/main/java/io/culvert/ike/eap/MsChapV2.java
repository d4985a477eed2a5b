package io.culvert.ike.eap;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/// EAP-MSCHAPv2: both sides prove that they know a password. Weak against who can listen and guess: only inside of
/// IKE, with a server that has already proved who it is.
///
///     Peer                                       Server
///                                           <--  Challenge (its challenge, its name)
///     Response (our challenge, proof, name) -->
///                                           <--  Success (S=its proof)    or  Failure (E=691)
///     Success                               -->
///                                           <--  EAP Success              or  EAP Failure
///
/// @spec https://www.rfc-editor.org/rfc/rfc2759#section-4 RFC 2759 section 4
final class MsChapV2 {
    private static final int CHALLENGE = 1;
    private static final int RESPONSE = 2;
    private static final int SUCCESS = 3;
    private static final int FAILURE = 4;
    private static final int HEADER_OCTETS = 4;
    private static final int CHALLENGE_AT = HEADER_OCTETS + 1;
    private static final int RESPONSE_VALUE_OCTETS = 49;
    private static final int NT_RESPONSE_AT = CHALLENGE_AT + 24;
    private static final int NAME_AT = CHALLENGE_AT + RESPONSE_VALUE_OCTETS;
    private static final int SHOWN_PROOF = "S=".length() + 40;
    private static final int MOST_SHOWN = 200;
    private static final String SERVER_NAME = "culvert";

    private MsChapV2() {}

    /// The peer's side.
    static final class Peer implements EapMethod {
        private final String name;
        private final KeyMaterial passwordHash;
        private final SecureRandom random;
        private PeerAwaits awaited = PeerAwaits.CHALLENGE;
        private Octets expected = Octets.EMPTY;
        private Octets response = Octets.EMPTY;
        private Optional<Proof> proof = Optional.empty();
        private Optional<String> complaint = Optional.empty();

        private enum PeerAwaits {
            CHALLENGE,
            VERDICT,
            NOTHING
        }

        Peer(String name, KeyMaterial password, SecureRandom random) {
            this.name = name;
            this.passwordHash = ChapV2.passwordHash(password);
            this.random = random;
        }

        @Override
        public int type() {
            return EapPackets.MSCHAPV2;
        }

        @Override
        public Move begin() {
            throw new IllegalStateException("a peer does not begin");
        }

        @Override
        public Move take(Octets body) {
            int code = body.isEmpty() ? 0 : body.u8(0);
            if (code == CHALLENGE && awaited == PeerAwaits.CHALLENGE) {
                return challenged(body);
            }
            if (code == SUCCESS && awaited == PeerAwaits.VERDICT) {
                return accepted(body);
            }
            if (code == FAILURE && awaited == PeerAwaits.VERDICT) {
                awaited = PeerAwaits.NOTHING;
                complaint = Optional.of(refusal(body));
                return new Move.Say(Octets.of((byte) FAILURE));
            }
            awaited = PeerAwaits.NOTHING;
            return new Move.Failed("EAP-MSCHAPv2 packet " + code + " out of turn");
        }

        private Move challenged(Octets body) {
            if (!isWhole(body)
                    || body.size() < CHALLENGE_AT + ChapV2.CHALLENGE_OCTETS
                    || body.u8(HEADER_OCTETS) != ChapV2.CHALLENGE_OCTETS) {
                awaited = PeerAwaits.NOTHING;
                return new Move.Failed("malformed EAP-MSCHAPv2 challenge");
            }
            Octets theirs = body.slice(CHALLENGE_AT, CHALLENGE_AT + ChapV2.CHALLENGE_OCTETS);
            Octets ours = challenge(random);
            String user = ChapV2.withoutDomain(name);
            response = ChapV2.response(theirs, ours, user, passwordHash);
            expected = ChapV2.authenticatorResponse(theirs, ours, user, passwordHash, response);
            awaited = PeerAwaits.VERDICT;
            Octets value =
                    Octets.concat(
                            Octets.of((byte) RESPONSE_VALUE_OCTETS),
                            ours,
                            Octets.wrap(new byte[8]),
                            response,
                            Octets.of((byte) 0),
                            EapPackets.name(name));
            return new Move.Say(packet(RESPONSE, body.u8(1), value));
        }

        private Move accepted(Octets body) {
            awaited = PeerAwaits.NOTHING;
            String message = text(body);
            String wanted = "S=" + ChapV2.shown(expected);
            boolean right =
                    message.length() >= SHOWN_PROOF
                            && MessageDigest.isEqual(
                                    ascii(
                                            message.substring(0, SHOWN_PROOF)
                                                    .toUpperCase(Locale.ROOT)),
                                    ascii(wanted));
            if (!right) {
                return new Move.Failed("the server does not know our password");
            }
            proof = Optional.of(new Proof(ChapV2.msk(passwordHash, response), name, false));
            return new Move.Say(Octets.of((byte) SUCCESS));
        }

        /// `E=691 R=0 C=… V=3 M=…`: what a person can use of it.
        private static String refusal(Octets body) {
            String message = text(body);
            String reason =
                    message.startsWith("E=691")
                            ? "name or password is wrong"
                            : message.startsWith("E=648")
                                    ? "the password has expired"
                                    : message.startsWith("E=646")
                                            ? "not at this time of day"
                                            : message.startsWith("E=647")
                                                    ? "the account is disabled"
                                                    : "no reason that we know";
            String shown = message.substring(0, Math.min(message.length(), MOST_SHOWN));
            return "the server says: " + reason + " (" + printable(shown) + ")";
        }

        @Override
        public Optional<Proof> proof() {
            return proof;
        }

        @Override
        public Optional<String> complaint() {
            return complaint;
        }

        @Override
        public void close() {
            passwordHash.close();
        }
    }

    /// Where a server finds passwords.
    interface Passwords {
        /// The password of a user, if there is one.
        ///
        /// @param name without a domain
        Optional<KeyMaterial> of(String name);
    }

    /// The server's side.
    static final class Server implements EapMethod {
        private final String identity;
        private final Passwords passwords;
        private final SecureRandom random;
        private final Octets ours;
        private ServerAwaits awaited = ServerAwaits.RESPONSE;
        private Optional<Proof> proof = Optional.empty();
        private String failure = "";

        private enum ServerAwaits {
            RESPONSE,
            CONSENT,
            RESIGNATION,
            NOTHING
        }

        /// @param identity who has to prove itself
        Server(String identity, Passwords passwords, SecureRandom random) {
            this.identity = identity;
            this.passwords = passwords;
            this.random = random;
            this.ours = challenge(random);
        }

        @Override
        public int type() {
            return EapPackets.MSCHAPV2;
        }

        @Override
        public Move begin() {
            Octets value =
                    Octets.concat(
                            Octets.of((byte) ChapV2.CHALLENGE_OCTETS),
                            ours,
                            EapPackets.name(SERVER_NAME));
            return new Move.Say(packet(CHALLENGE, random.nextInt(256), value));
        }

        @Override
        public Move take(Octets body) {
            int code = body.isEmpty() ? 0 : body.u8(0);
            ServerAwaits before = awaited;
            awaited = ServerAwaits.NOTHING;
            return switch (before) {
                case RESPONSE -> code == RESPONSE ? judge(body) : outOfTurn(code);
                case CONSENT -> code == SUCCESS ? new Move.Done(handedOver()) : outOfTurn(code);
                case RESIGNATION -> new Move.Failed(failure);
                case NOTHING -> outOfTurn(code);
            };
        }

        private Proof handedOver() {
            Proof given = proof.orElseThrow();
            proof = Optional.empty();
            return given;
        }

        private Move judge(Octets body) {
            Optional<String> name =
                    isWhole(body)
                                    && body.size() > NAME_AT
                                    && body.u8(HEADER_OCTETS) == RESPONSE_VALUE_OCTETS
                            ? EapPackets.name(body.slice(NAME_AT))
                            : Optional.empty();
            if (name.isEmpty()) {
                return new Move.Failed("malformed EAP-MSCHAPv2 response");
            }
            String user = ChapV2.withoutDomain(name.get());
            if (!user.equals(ChapV2.withoutDomain(identity))) {
                return refuse(
                        body,
                        "the password is that of "
                                + name.get()
                                + ", but "
                                + identity
                                + " was to prove itself");
            }
            Optional<KeyMaterial> password = passwords.of(user);
            // an unknown name takes as long as a known one
            try (KeyMaterial hash = ChapV2.passwordHash(password.orElseGet(this::nobodys))) {
                Octets theirs = body.slice(CHALLENGE_AT, CHALLENGE_AT + ChapV2.CHALLENGE_OCTETS);
                Octets sent = body.slice(NT_RESPONSE_AT, NT_RESPONSE_AT + ChapV2.RESPONSE_OCTETS);
                Octets right = ChapV2.response(ours, theirs, user, hash);
                boolean known = MessageDigest.isEqual(right.toArray(), sent.toArray());
                if (!known || password.isEmpty()) {
                    return refuse(
                            body,
                            password.isEmpty()
                                    ? "no password is configured for " + user
                                    : "the password of " + user + " is not ours");
                }
                proof = Optional.of(new Proof(ChapV2.msk(hash, sent), identity, false));
                awaited = ServerAwaits.CONSENT;
                Octets ourProof = ChapV2.authenticatorResponse(ours, theirs, user, hash, sent);
                String message = "S=" + ChapV2.shown(ourProof) + " M=Welcome";
                return new Move.Say(packet(SUCCESS, body.u8(1), Octets.wrap(ascii(message))));
            }
        }

        private KeyMaterial nobodys() {
            byte[] fresh = new byte[16];
            random.nextBytes(fresh);
            return KeyMaterial.wrap("nobody's password", fresh);
        }

        private Move refuse(Octets body, String reason) {
            failure = reason;
            awaited = ServerAwaits.RESIGNATION;
            String message =
                    "E=691 R=0 C="
                            + HexFormat.of().withUpperCase().formatHex(challenge(random).toArray())
                            + " V=3 M=Name or password is wrong";
            return new Move.Say(packet(FAILURE, body.u8(1), Octets.wrap(ascii(message))));
        }

        private static Move outOfTurn(int code) {
            return new Move.Failed("EAP-MSCHAPv2 packet " + code + " out of turn");
        }

        @Override
        public Optional<Proof> proof() {
            return Optional.empty();
        }

        @Override
        public void close() {
            awaited = ServerAwaits.NOTHING;
            proof.ifPresent(unused -> unused.msk().close());
        }
    }

    private static Octets packet(int code, int identifier, Octets value) {
        int size = HEADER_OCTETS + value.size();
        Octets header = Octets.of((byte) code, (byte) identifier, (byte) (size >>> 8), (byte) size);
        return Octets.concat(header, value);
    }

    /// Whether a packet has a header, and is as long as that says.
    private static boolean isWhole(Octets body) {
        return body.size() > HEADER_OCTETS && body.u16(2) == body.size();
    }

    private static String text(Octets body) {
        return body.size() <= HEADER_OCTETS
                ? ""
                : new String(body.slice(HEADER_OCTETS).toArray(), StandardCharsets.ISO_8859_1);
    }

    private static String printable(String text) {
        return text.replaceAll("[^ -~]", "?");
    }

    private static Octets challenge(SecureRandom random) {
        byte[] fresh = new byte[ChapV2.CHALLENGE_OCTETS];
        random.nextBytes(fresh);
        return Octets.wrap(fresh);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
