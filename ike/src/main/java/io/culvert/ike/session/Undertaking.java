package io.culvert.ike.session;

import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import java.util.List;
import java.util.Optional;

/// One of our own exchanges in an established IKE SA: what is asked, and what is made of the answer. It waits in the
/// [Agenda] until its turn comes.
interface Undertaking {
    ExchangeType exchange();

    /// The IKE SA that it belongs to, if that is not simply the current one.
    default Optional<IkeSa> sa() {
        return Optional.empty();
    }

    /// Whether nothing else may be under way in its IKE SA.
    default boolean isExclusive() {
        return false;
    }

    /// Whether all is there that the request needs. If not, it waits on.
    default boolean isReady() {
        return true;
    }

    /// Whether the answer is wanted so soon that the request is repeated earlier than others.
    default boolean isHasty() {
        return false;
    }

    /// Its turn has come: the request's payloads, or nothing if there is no more need.
    Optional<List<Payload>> request(MonoTime now);

    /// The answer is there.
    void answered(MonoTime now, List<Payload> response);

    /// There will be no answer: the IKE SA is gone, or the session ends.
    default void abandoned() {}
}
