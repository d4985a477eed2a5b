package io.culvert.ike.session;

import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.value.Octets;
import java.util.Optional;

/// The latest response, for a request that comes again: it is answered once more and executed never (IK-024).
///
/// With a window of 1 the latest is the only one that can be asked for.
final class ResponseCache {
    /// A response as it was sent.
    ///
    /// @param notation its payloads in short: an idle SA keeps no more of them
    record Cached(IkeHeader header, String notation, Octets message) {}

    private Optional<Cached> latest = Optional.empty();

    void put(Cached response) {
        latest = Optional.of(response);
    }

    Optional<Cached> find(long messageId) {
        return latest.filter(cached -> cached.header().messageId() == messageId);
    }
}
