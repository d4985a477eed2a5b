package io.culvert.runtime.actor;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.RevealedKeys;
import io.culvert.ipsec.value.MonoTime;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/// What sessions need of the program around them. Safe for use by many threads; a session waits for all but
/// [#answer].
public interface Surroundings {
    /// Answers a question, on a thread of its own: it may take its time.
    ///
    /// @param session the number of the session that asks
    Answer answer(long session, Question question);

    /// Uses addresses that a peer assigned.
    void assign(long session, Action.AssignAddresses addresses);

    /// Gives back addresses that were assigned to us, or leased to the peer.
    void release(long session, List<InetAddress> addresses);

    /// Starts a session that authenticates anew in place of this one, and terminates this one once that is established.
    void reauthenticate(long session, Action.Reauthenticate again);

    /// The tickets to resume IKE SAs by.
    TicketWallet tickets();

    /// Something happened.
    void published(long session, MonoTime when, IkeEvent event);

    /// Writes keys to the key log.
    void revealed(long session, RevealedKeys keys);

    /// The session is over; whatever it leased is free. Also called when an answer came too late for it.
    void over(long session);

    /// The addresses that peers have assigned to us: they are inside of tunnels, and no tunnel can start from them.
    Set<InetAddress> assigned();
}
