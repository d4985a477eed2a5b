package io.culvert.ike.extension;

import io.culvert.ike.wire.EncryptedFragment;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Messages in fragments of their own, each protected for itself, so that IP need not cut them: fragments of IP get lost
/// in NATs and firewalls.
///
///     HDR(IKE_SA_INIT), …, N(IKEV2_FRAGMENTATION_SUPPORTED)  -->
///                          <--  HDR(IKE_SA_INIT), …, N(IKEV2_FRAGMENTATION_SUPPORTED)
///     HDR, SKF(1/3) {…}  -->
///     HDR, SKF(2/3) {…}  -->
///     HDR, SKF(3/3) {…}  -->
///
/// Only over UDP, and never IKE_SA_INIT itself (E1-1).
///
/// @spec https://www.rfc-editor.org/rfc/rfc7383#section-2 RFC 7383 section 2
public final class Fragmentation {
    /// IPv6 header, UDP header, non-ESP marker: in IPv4 it is less.
    private static final int HEADERS_OCTETS = 40 + 8 + 4;

    /// Our choice: what a chain of certificates needs at most, cut into the smallest pieces (E1-6).
    private static final int MOST_FRAGMENTS = 128;

    /// Our choice: no message of ours is larger, and no peer's needs to be (E1-6).
    private static final int MOST_OCTETS = 65_536;

    /// Our choice: longer than a peer takes to repeat a message (E1-3).
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Fragmentation() {}

    /// What says that fragments are understood.
    public static Notify notification() {
        return Notify.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED);
    }

    /// Whether the peer understands fragments.
    public static boolean isAnnounced(List<Notify> notifications) {
        return notifications.stream().anyMatch(n -> n.is(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED));
    }

    /// The size of an IKE message that fits into an IP packet of this size, whatever the version of IP.
    ///
    /// @see #usualPacketOctets
    public static int messageOctets(int packetOctets) {
        return packetOctets - HEADERS_OCTETS;
    }

    /// The size of an IP packet that every network should carry (E1-2).
    public static int usualPacketOctets() {
        return 1280;
    }

    /// The size of an IP packet that is tried where larger ones do not arrive: every host takes it (RFC 791).
    public static int smallestPacketOctets() {
        return 576;
    }

    /// What has come of one message. Its fragments are added when they have been decrypted.
    public static final class Reassembly {
        private final MonoTime begun;
        private final Octets[] parts;
        private PayloadType first = PayloadType.NONE;
        private int missing;
        private int octets;

        private Reassembly(MonoTime begun, int total) {
            this.begun = begun;
            this.parts = new Octets[total];
            this.missing = total;
        }

        /// Begins with what the first fragment to come says.
        public static Reassembly of(MonoTime now, EncryptedFragment fragment) {
            return new Reassembly(now, fragment.total());
        }

        /// Whether a message may consist of so many fragments.
        public static boolean isAcceptable(EncryptedFragment fragment) {
            return fragment.total() <= MOST_FRAGMENTS;
        }

        /// How a fragment stands to those that have come.
        public enum Fit {
            /// It is missing.
            MISSING,
            /// It came already, or belongs to an older form of the message, in larger pieces.
            USELESS,
            /// It belongs to a newer form of the message, in smaller pieces: what has come is of no more use (E1-3).
            NEWER
        }

        /// How a fragment stands to those that have come; nothing changes.
        public Fit fit(EncryptedFragment fragment) {
            if (fragment.total() > parts.length) {
                return Fit.NEWER;
            }
            boolean missed =
                    fragment.total() == parts.length && parts[fragment.number() - 1] == null;
            return missed ? Fit.MISSING : Fit.USELESS;
        }

        /// Adds a fragment that is missing and proved to be the peer's.
        ///
        /// @param plaintext what was in it
        /// @return false if the message becomes too large
        public boolean add(EncryptedFragment fragment, Octets plaintext) {
            parts[fragment.number() - 1] = plaintext;
            missing--;
            octets += plaintext.size();
            if (fragment.number() == 1) {
                first = fragment.firstInner();
            }
            return octets <= MOST_OCTETS;
        }

        /// The type of the first payload inside, once all is there.
        public PayloadType first() {
            return first;
        }

        /// The payloads inside, once all fragments are there.
        public Optional<Octets> whole() {
            return missing > 0 ? Optional.empty() : Optional.of(Octets.concat(parts));
        }

        /// When it is to be forgotten. That is no failure: the peer repeats the message.
        public MonoTime forgottenAt() {
            return begun.plus(PATIENCE);
        }
    }
}
