package io.culvert.ike.session;

import io.culvert.ipsec.value.MonoTime;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// The timers of a session: one deadline of each kind, or none.
final class TimerTable {
    /// What a deadline is for.
    enum Kind {
        /// Send the outstanding request again, or give up.
        RETRANSMISSION,
        /// A refusal without proof is believed if nothing better came (IK-048).
        HINT,
        /// A responder's IKE SA whose IKE_AUTH does not come is forgotten.
        HALF_OPEN,
        /// Ask whether the peer is alive.
        LIVENESS,
        /// Keep the NAT mapping.
        NAT_KEEPALIVE,
        /// Open the lost connection again.
        RECONNECT,
        /// Look whether ESP still comes in.
        PATH_WATCH,
        /// Try UDP again.
        UDP_RETURN,
        /// Close a connection that ESP has left.
        STANDBY,
        /// Give up waiting for a connection to come back.
        ABSENCE,
        /// Give up waiting for the answer to a DELETE.
        GIVE_UP,
        /// Rekey a Child SA, or end one whose time is over.
        CHILD_LIFETIME,
        /// Set up a Child SA that the peer could not set up before.
        CHILD_START,
        /// Rekey the IKE SA.
        IKE_REKEY,
        /// Authenticate anew.
        REAUTHENTICATION,
        /// End the IKE SA: its time is over.
        IKE_EXPIRY,
        /// Forget a message of which not all fragments have come.
        REASSEMBLY,
        /// Forget an IKE SA or a Child SA that was replaced.
        FADING
    }

    private final Map<Kind, MonoTime> deadlines = new EnumMap<>(Kind.class);

    void set(Kind kind, MonoTime now, Duration after) {
        deadlines.put(kind, now.plus(after));
    }

    void setAt(Kind kind, MonoTime deadline) {
        deadlines.put(kind, deadline);
    }

    boolean isSet(Kind kind) {
        return deadlines.containsKey(kind);
    }

    void clear(Kind kind) {
        deadlines.remove(kind);
    }

    void clearAll() {
        deadlines.clear();
    }

    Optional<MonoTime> next() {
        return deadlines.values().stream().min(MonoTime::compareTo);
    }

    /// Takes out one timer that is due, the earliest first.
    Optional<Kind> takeDue(MonoTime now) {
        Optional<Kind> due =
                deadlines.entrySet().stream()
                        .filter(entry -> now.hasReached(entry.getValue()))
                        .min(Map.Entry.comparingByValue())
                        .map(Map.Entry::getKey);
        due.ifPresent(deadlines::remove);
        return due;
    }
}
