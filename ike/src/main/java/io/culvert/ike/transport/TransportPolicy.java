package io.culvert.ike.transport;

import java.util.List;

/// What we prefer among the ways that a request could take. What is permitted is not its business: [TransportRules]
/// takes the first of its moves that the specifications allow.
///
/// @see TransportRules#choose
public interface TransportPolicy {
    /// The ways that a new request could take, best first. It may have been sent before if what it waited for is there.
    List<Move> plan(RequestTraits request, PathKnowledge known);

    /// What to do as no answer came in time, best first.
    List<Move> onSilence(RequestTraits request, PathKnowledge known);

    /// What to do as the connection on which the answer should come is gone, or could not be opened, best first.
    List<Move> onPathLost(RequestTraits request, PathKnowledge known);
}
