package io.culvert.ike.eap;

/// Holds EAP conversations: with methods of our own, or by handing the packets to somebody else, such as a RADIUS
/// server. Safe for use by many threads.
@FunctionalInterface
public interface EapBackend {
    /// Opens a conversation in which nothing has been said. Does not block.
    EapConversation open(EapOpening opening);
}
