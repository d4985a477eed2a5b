package io.culvert.ike.eap;

import io.culvert.ike.wire.Eap;

/// One EAP conversation, seen from one side. Takes one packet at a time, and may take its time for each; a thread that
/// goes on finds what the thread before left.
///
/// Any packet gives a step: what a peer says never throws. After [EapStep.Succeeded] and [EapStep.Failed] nothing more
/// is asked of it.
///
/// @spec https://www.rfc-editor.org/rfc/rfc3748#section-4 RFC 3748 section 4
public interface EapConversation extends AutoCloseable {
    /// The first request. Only an EAP server is asked to begin.
    EapStep begin();

    /// Goes on with a packet of the other side: an EAP server takes responses; an EAP peer takes requests, Success and
    /// Failure.
    EapStep take(Eap packet);

    /// Drops it, and forgets its secrets. May come from any thread, also in the middle of a step, and more than once.
    @Override
    void close();
}
