package io.culvert.runtime.embed;

import io.culvert.ike.api.IkeEvent;
import io.culvert.ipsec.value.MonoTime;
import java.util.Optional;

/// Something that happened in one session of an endpoint.
///
/// @param session the session's number, unique in the endpoint
/// @param connection the configured connection, once known
/// @param weStarted whether we are the original initiator
/// @param when when, on the endpoint's clock
/// @param event what
public record SessionEvent(
        long session,
        Optional<String> connection,
        boolean weStarted,
        MonoTime when,
        IkeEvent event) {}
