package io.culvert.ike.session;

import io.culvert.ike.transport.TransportPath;
import java.util.ArrayList;
import java.util.List;

/// The window of the peer's requests: which message IDs it may use, and which of them still have no answer.
///
/// Requests within the window may come in any order; each is taken once (IK-027).
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.3 RFC 7296 section 2.3
final class RequestWindow {
    /// Where a message ID stands.
    enum Standing {
        /// It may be taken.
        NEW,
        /// It was taken before.
        REPEATED,
        /// The peer may not use it yet.
        OUTSIDE
    }

    private static final int MOST_PATHS_OF_A_REQUEST = 3;

    private static final class Owed {
        final long messageId;
        final List<TransportPath> askedOn = new ArrayList<>(1);

        Owed(long messageId) {
            this.messageId = messageId;
        }
    }

    private final List<Long> ahead = new ArrayList<>(0);
    private final List<Owed> owed = new ArrayList<>(1);
    private long lowestNew;
    private int size = 1;

    /// @param first the first message ID that the peer may use
    RequestWindow(long first) {
        this.lowestNew = first;
    }

    /// How many requests the peer may have outstanding.
    int size() {
        return size;
    }

    /// Allows more than one request at a time, as we have told the peer. It may only grow (IK-025).
    void grow(int requests) {
        size = Math.max(size, requests);
    }

    Standing standing(long messageId) {
        if (messageId < lowestNew || ahead.contains(messageId)) {
            return Standing.REPEATED;
        }
        // a response that is owed still holds its place
        long first = lowestNew;
        for (Owed request : owed) {
            first = Math.min(first, request.messageId);
        }
        return messageId < first + size ? Standing.NEW : Standing.OUTSIDE;
    }

    /// A new request has been taken; it will never be executed again.
    void take(long messageId) {
        ahead.add(messageId);
        while (ahead.remove((Long) lowestNew)) {
            lowestNew++;
        }
        owed.add(new Owed(messageId));
    }

    /// A request came once more; gives whether its answer is not there yet.
    boolean askedAgain(long messageId, TransportPath path) {
        for (Owed request : owed) {
            if (request.messageId == messageId) {
                boolean other = !request.askedOn.contains(path);
                if (other && request.askedOn.size() < MOST_PATHS_OF_A_REQUEST) {
                    request.askedOn.add(path);
                }
                return true;
            }
        }
        return false;
    }

    /// The answer is there: it goes by the path of the request, and by those that it came by again (IT-025). A replay by
    /// somebody else so takes nothing from the peer.
    List<TransportPath> answered(long messageId, TransportPath path) {
        List<TransportPath> all = new ArrayList<>(1);
        all.add(path);
        for (Owed request : List.copyOf(owed)) {
            if (request.messageId == messageId) {
                request.askedOn.stream().filter(p -> !p.equals(path)).forEach(all::add);
                owed.remove(request);
            }
        }
        return all;
    }
}
