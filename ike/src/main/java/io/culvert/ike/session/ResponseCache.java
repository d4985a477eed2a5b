package io.culvert.ike.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The latest responses, as many as the window allows requests, for requests that come again: they are answered once
/// more and executed never (IK-024).
final class ResponseCache {
    private final List<OutgoingMessage> latest = new ArrayList<>(1);

    /// Keeps a response.
    ///
    /// @param window how many requests the peer may have outstanding
    void put(OutgoingMessage response, int window) {
        while (latest.size() >= window) {
            latest.removeFirst();
        }
        latest.add(response);
    }

    Optional<OutgoingMessage> find(long messageId) {
        for (OutgoingMessage response : latest) {
            if (response.header().messageId() == messageId) {
                return Optional.of(response);
            }
        }
        return Optional.empty();
    }
}
