package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.net.InetAddress;
import java.util.List;
import java.util.OptionalInt;

/// What a Notify payload says: one record for each content, [Signal] for types that say all by being there.
///
/// Reading ([Notify#notification]) is total; [#toNotify] writes the payload.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.10.1 RFC 7296 section 3.10.1
public sealed interface Notification {
    /// The payload that says this.
    default Notify toNotify() {
        return NotificationCodec.encode(this);
    }

    /// A type without data: most errors, and signs of support. Data that came with it is ignored (ST-011).
    ///
    /// @param type the type
    record Signal(NotifyType type) implements Notification {}

    /// A type that has no name here.
    ///
    /// @param payload the payload as it was
    record Unknown(Notify payload) implements Notification {}

    /// A type with a name whose data is not read here.
    ///
    /// @param type the type
    /// @param payload the payload as it was
    record Opaque(NotifyType type, Notify payload) implements Notification {}

    /// A type with a name, and data that does not fit it.
    ///
    /// @param type the type
    /// @param payload the payload as it was
    record Unusable(NotifyType type, Notify payload) implements Notification {}

    /// UNSUPPORTED_CRITICAL_PAYLOAD.
    ///
    /// @param payloadType what was not understood
    record UnsupportedCriticalPayload(PayloadType payloadType) implements Notification {}

    /// INVALID_MAJOR_VERSION.
    ///
    /// @param highestVersion the highest major version that the sender speaks
    record InvalidMajorVersion(int highestVersion) implements Notification {
        /// Checks the range.
        public InvalidMajorVersion {
            Wire.requireU8(highestVersion, "major version");
        }
    }

    /// INVALID_MESSAGE_ID.
    ///
    /// @param messageId the offending one
    record InvalidMessageId(long messageId) implements Notification {
        /// Checks the range.
        public InvalidMessageId {
            Wire.requireU32(messageId, "message ID");
        }
    }

    /// INVALID_SPI.
    ///
    /// @param spi the SPI of the ESP packet
    record InvalidSpi(Spi spi) implements Notification {}

    /// INVALID_KE_PAYLOAD.
    ///
    /// @param method the key exchange method that is wanted
    record InvalidKePayload(int method) implements Notification {
        /// Checks the range.
        public InvalidKePayload {
            Wire.requireU16(method, "key exchange method");
        }
    }

    /// INVALID_SELECTORS.
    ///
    /// @param protocol the protocol of the SA
    /// @param spi the SA on which the packet came
    /// @param packetStart the start of the inner packet
    record InvalidSelectors(ProtocolId protocol, Spi spi, Octets packetStart)
            implements Notification {}

    /// CHILD_SA_NOT_FOUND.
    ///
    /// @param protocol the protocol of the REKEY_SA notification
    /// @param spi the SPI of the REKEY_SA notification
    record ChildSaNotFound(ProtocolId protocol, Spi spi) implements Notification {}

    /// REKEY_SA.
    ///
    /// @param protocol the protocol of the Child SA
    /// @param spi the SPI that the sender expects in packets to it
    record RekeySa(ProtocolId protocol, Spi spi) implements Notification {}

    /// SET_WINDOW_SIZE.
    ///
    /// @param requests how many of the receiver's requests the sender keeps state for
    record SetWindowSize(long requests) implements Notification {
        /// Checks the range.
        public SetWindowSize {
            Wire.requireU32(requests, "window size");
        }
    }

    /// IPCOMP_SUPPORTED.
    ///
    /// @param cpi the compression parameter index
    /// @param transform the compression algorithm
    record IpcompSupported(int cpi, int transform) implements Notification {
        /// Checks the ranges.
        public IpcompSupported {
            Wire.requireU16(cpi, "CPI");
            Wire.requireU8(transform, "IPComp transform");
        }
    }

    /// NAT_DETECTION_SOURCE_IP.
    ///
    /// @param hash 20 octets over both SPIs, address and port
    record NatDetectionSource(Octets hash) implements Notification {
        /// Checks the size.
        public NatDetectionSource {
            Wire.requireSize(hash, 20, 20, "hash");
        }
    }

    /// NAT_DETECTION_DESTINATION_IP.
    ///
    /// @param hash 20 octets over both SPIs, address and port
    record NatDetectionDestination(Octets hash) implements Notification {
        /// Checks the size.
        public NatDetectionDestination {
            Wire.requireSize(hash, 20, 20, "hash");
        }
    }

    /// COOKIE.
    ///
    /// @param value 1 to 64 octets
    record Cookie(Octets value) implements Notification {
        /// Checks the size (IK-042).
        public Cookie {
            Wire.requireSize(value, 1, 64, "cookie");
        }
    }

    /// COOKIE2.
    ///
    /// @param value 8 to 64 octets (E2-4)
    record Cookie2(Octets value) implements Notification {
        /// Checks the size.
        public Cookie2 {
            Wire.requireSize(value, 8, 64, "cookie");
        }
    }

    /// ADDITIONAL_IP4_ADDRESS or ADDITIONAL_IP6_ADDRESS.
    ///
    /// @param address the further address
    record AdditionalAddress(InetAddress address) implements Notification {}

    /// NO_NATS_ALLOWED.
    ///
    /// @param source the address from which the message is sent
    /// @param destination the address to which it is sent, of the same family
    /// @param sourcePort the port from which it is sent
    /// @param destinationPort the port to which it is sent
    record NoNatsAllowed(
            InetAddress source, InetAddress destination, int sourcePort, int destinationPort)
            implements Notification {
        /// Checks families and ranges.
        public NoNatsAllowed {
            Wire.requireU16(sourcePort, "port");
            Wire.requireU16(destinationPort, "port");
            if (source.getAddress().length != destination.getAddress().length) {
                throw new IllegalArgumentException("addresses of two families");
            }
        }
    }

    /// AUTH_LIFETIME.
    ///
    /// @param seconds until the peer should have authenticated again
    record AuthLifetime(long seconds) implements Notification {
        /// Checks the range.
        public AuthLifetime {
            Wire.requireU32(seconds, "lifetime");
        }
    }

    /// REDIRECT.
    ///
    /// @param gateway where to go
    /// @param nonce in an IKE_SA_INIT response the initiator's nonce, else empty
    record Redirect(Gateway gateway, Octets nonce) implements Notification {
        /// Checks the size.
        public Redirect {
            Wire.requireSize(nonce, 0, Nonce.MAX_OCTETS, "nonce");
        }
    }

    /// REDIRECTED_FROM.
    ///
    /// @param gateway who sent the client here
    record RedirectedFrom(Gateway gateway) implements Notification {}

    /// TICKET_LT_OPAQUE.
    ///
    /// @param lifetimeSeconds how long the ticket is good
    /// @param ticket the ticket, not empty
    record TicketLtOpaque(long lifetimeSeconds, Octets ticket) implements Notification {
        /// Checks sizes.
        public TicketLtOpaque {
            Wire.requireU32(lifetimeSeconds, "lifetime");
            Wire.requireSize(ticket, 1, Wire.MAX_BODY_OCTETS - 8, "ticket");
        }
    }

    /// TICKET_OPAQUE.
    ///
    /// @param ticket the ticket, not empty
    record TicketOpaque(Octets ticket) implements Notification {
        /// Checks the size.
        public TicketOpaque {
            Wire.requireSize(ticket, 1, Wire.MAX_BODY_OCTETS - 4, "ticket");
        }
    }

    /// QUICK_CRASH_DETECTION.
    ///
    /// @param token 16 to 128 octets
    record QcdToken(Octets token) implements Notification {
        /// Checks the size.
        public QcdToken {
            Wire.requireSize(token, 16, 128, "token");
        }
    }

    /// IKEV2_MESSAGE_ID_SYNC.
    ///
    /// @param nonce 4 octets that match response to request
    /// @param expectedSend the message ID of the sender's next request
    /// @param expectedReceive the message ID that the sender expects in the peer's next request
    record MessageIdSync(Octets nonce, long expectedSend, long expectedReceive)
            implements Notification {
        /// Checks sizes.
        public MessageIdSync {
            Wire.requireSize(nonce, 4, 4, "nonce");
            Wire.requireU32(expectedSend, "message ID");
            Wire.requireU32(expectedReceive, "message ID");
        }
    }

    /// IPSEC_REPLAY_COUNTER_SYNC.
    ///
    /// @param delta 4 octets, or 8 with extended sequence numbers: how far the counters have jumped
    record ReplayCounterSync(Octets delta) implements Notification {
        /// Checks the size.
        public ReplayCounterSync {
            if (delta.size() != 4 && delta.size() != 8) {
                throw new IllegalArgumentException(
                        "a counter has 4 or 8 octets, not " + delta.size());
            }
        }
    }

    /// SIGNATURE_HASH_ALGORITHMS.
    ///
    /// @param hashes numbers of hash algorithms, 16 bits each, in any order
    record SignatureHashAlgorithms(List<Integer> hashes) implements Notification {
        /// SHA-1.
        public static final int SHA1 = 1;

        /// SHA-256.
        public static final int SHA2_256 = 2;

        /// SHA-384.
        public static final int SHA2_384 = 3;

        /// SHA-512.
        public static final int SHA2_512 = 4;

        /// No hash before the signature, for Ed25519 and Ed448 (RFC 8420).
        public static final int IDENTITY = 5;

        /// Copies the list and checks ranges.
        public SignatureHashAlgorithms {
            hashes = List.copyOf(hashes);
            hashes.forEach(hash -> Wire.requireU16(hash, "hash algorithm"));
            Wire.requireRange(hashes.size(), 0, 0x7fff - 4, "number of hash algorithms");
        }
    }

    /// PUZZLE.
    ///
    /// @param prf the transform ID of the prf to be used
    /// @param difficulty the trailing zero bits that are wanted; 0 leaves the choice to the solver
    record Puzzle(int prf, int difficulty) implements Notification {
        /// Checks the ranges.
        public Puzzle {
            Wire.requireU16(prf, "PRF");
            Wire.requireU8(difficulty, "difficulty");
        }
    }

    /// PPK_IDENTITY of an initiator.
    ///
    /// @param ppkType 1 opaque, 2 fixed
    /// @param identity the name of the key
    record PpkIdentity(int ppkType, Octets identity) implements Notification {
        /// Checks sizes.
        public PpkIdentity {
            Wire.requireU8(ppkType, "PPK_ID type");
            Wire.requireSize(identity, 0, Wire.MAX_BODY_OCTETS - 5, "PPK_ID");
        }
    }

    /// PPK_IDENTITY of a responder: the key that was named has been used.
    record PpkIdentityAccepted() implements Notification {}

    /// NO_PPK_AUTH.
    ///
    /// @param authData AUTH data computed without the postquantum pre-shared key
    record NoPpkAuth(Octets authData) implements Notification {
        /// Checks the size.
        public NoPpkAuth {
            Wire.requireSize(authData, 1, Wire.MAX_BODY_OCTETS - 4, "AUTH data");
        }
    }

    /// PPK_IDENTITY_KEY.
    ///
    /// @param ppkType 1 opaque, 2 fixed
    /// @param identity the name of the key
    /// @param confirmation 8 octets that prove the key
    record PpkIdentityKey(int ppkType, Octets identity, Octets confirmation)
            implements Notification {
        /// Checks sizes.
        public PpkIdentityKey {
            Wire.requireU8(ppkType, "PPK_ID type");
            Wire.requireSize(identity, 0, Wire.MAX_BODY_OCTETS - 13, "PPK_ID");
            Wire.requireSize(confirmation, 8, 8, "confirmation");
        }
    }

    /// ADDITIONAL_KEY_EXCHANGE.
    ///
    /// @param link octets that only the responder understands, not empty
    record AdditionalKeyExchange(Octets link) implements Notification {
        /// Checks the size.
        public AdditionalKeyExchange {
            Wire.requireSize(link, 1, Wire.MAX_BODY_OCTETS - 4, "link");
        }
    }

    /// USE_AGGFRAG.
    ///
    /// @param congestionControl the C bit: congestion information is required
    /// @param noFragments the D bit: the sender cannot receive fragments
    record UseAggfrag(boolean congestionControl, boolean noFragments) implements Notification {}

    /// SUPPORTED_AUTH_METHODS.
    ///
    /// @param methods in order of preference; those of unknown form have been left out
    record SupportedAuthMethods(List<SupportedAuthMethod> methods) implements Notification {
        /// Copies the list and checks the total length.
        public SupportedAuthMethods {
            methods = List.copyOf(methods);
            Wire.requireBody(
                    4 + methods.stream().mapToInt(SupportedAuthMethod::lengthOctets).sum(), "N");
        }
    }

    /// SA_RESOURCE_INFO.
    ///
    /// @param data octets that mean something to the sender, perhaps none
    record SaResourceInfo(Octets data) implements Notification {
        /// Checks the size.
        public SaResourceInfo {
            Wire.requireSize(data, 0, Wire.MAX_BODY_OCTETS - 4, "resource");
        }
    }

    /// IKE_TCP_SUPPORTED: the sender accepts raw IKE over TCP (IT-030 to IT-033).
    ///
    /// @param port where; 0 says that the sender can open connections but cannot be reached
    record IkeTcpSupported(int port) implements Notification {
        /// The port that is meant when none is given.
        public static final int DEFAULT_PORT = 500;

        /// Checks the range.
        public IkeTcpSupported {
            Wire.requireU16(port, "port");
        }

        /// The port at which the sender can be reached, if it can.
        public OptionalInt reachablePort() {
            return port == 0 ? OptionalInt.empty() : OptionalInt.of(port);
        }
    }
}
