package io.culvert.ike.session;

import io.culvert.ike.api.Command;
import io.culvert.ike.api.Input;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import java.util.Optional;

/// A moment in the life of a pair at which a test can do something to it.
enum Situation {
    /// The client has not been started.
    IDLE,
    /// IKE_SA_INIT has been sent.
    AWAITING_INIT_RESPONSE,
    /// IKE_AUTH has been sent; the gateway's IKE SA is half open.
    AWAITING_AUTH_RESPONSE,
    /// The gateway waits for an address for the client.
    PARKED,
    /// All is well.
    ESTABLISHED,
    /// The client has sent its DELETE.
    DELETING;

    /// A pair in this situation. What the next message would be is kept.
    Pair reach(Pairs.Way way, long seed) {
        Pair pair = Pairs.of(way, seed);
        switch (this) {
            case IDLE -> pair.prepare();
            case AWAITING_INIT_RESPONSE -> {
                pair.keeps = _ -> true;
                pair.start();
            }
            case AWAITING_AUTH_RESPONSE -> {
                pair.keeps = message -> !isInit(message);
                pair.start();
            }
            case PARKED -> {
                pair.gateway.answers = _ -> Optional.empty();
                pair.start();
            }
            case ESTABLISHED -> pair.start();
            case DELETING -> {
                pair.start();
                pair.keeps = _ -> true;
                pair.client.handle(new Input.Commanded(new Command.Terminate("test")));
                pair.settle();
            }
        }
        // repetitions go through: only the message of this moment is late
        pair.keeps = _ -> false;
        return pair;
    }

    private static boolean isInit(Pair.InFlight message) {
        return IkeHeader.peek(message.message())
                .orElseThrow()
                .exchangeType()
                .equals(ExchangeType.IKE_SA_INIT);
    }
}
