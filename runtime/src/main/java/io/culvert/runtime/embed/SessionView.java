package io.culvert.runtime.embed;

import io.culvert.ike.api.SessionStatus;

/// A session as it stands.
///
/// @param id its number, as in [SessionEvent]
public record SessionView(long id, SessionStatus status) {}
