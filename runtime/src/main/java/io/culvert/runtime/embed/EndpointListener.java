package io.culvert.runtime.embed;

/// Hears what happens in sessions. Called by many threads, for one session in order.
@FunctionalInterface
public interface EndpointListener {
    /// Something happened. The session waits until this returns.
    void happened(SessionEvent event);
}
