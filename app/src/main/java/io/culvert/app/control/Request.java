package io.culvert.app.control;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a client asks of the daemon.
///
/// @param verb what to do
/// @param connection the configured connection, where the verb has one
/// @param child the configured child, where the verb may have one
public record Request(Verb verb, Optional<String> connection, Optional<String> child) {
    /// A request about no single child.
    public Request(Verb verb, Optional<String> connection) {
        this(verb, connection, Optional.empty());
    }

    /// What to do.
    public enum Verb {
        /// Set up a connection and wait until it carries packets.
        UP("up"),
        /// Delete a connection's SAs.
        DOWN("down"),
        /// Replace a connection's IKE SAs, and wait for it.
        REKEY_IKE("rekey-ike"),
        /// Replace a connection's Child SAs, all or those of one child, and wait for it.
        REKEY_CHILD("rekey-child"),
        /// Tell how everything stands.
        STATUS("status");

        private final String word;

        Verb(String word) {
            this.word = word;
        }

        /// The word in the request.
        public String word() {
            return word;
        }
    }

    /// As one line of JSON, without line end.
    String toJson() {
        ObjectNode node = Json.object().put("command", verb.word);
        connection.ifPresent(name -> node.put("connection", name));
        child.ifPresent(name -> node.put("child", name));
        return Json.line(node);
    }

    /// Reads one line; any text gives a request or an exception.
    ///
    /// @throws IllegalArgumentException if it is not a request; the message says why
    static Request parse(String line) {
        JsonNode node;
        try {
            node = Json.parse(line);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("the request is not JSON", e);
        }
        String word = node.path("command").asString("");
        Optional<String> connection = node.path("connection").stringValueOpt();
        for (Verb verb : Verb.values()) {
            if (verb.word.equals(word)) {
                if (verb != Verb.STATUS && connection.isEmpty()) {
                    throw new IllegalArgumentException(
                            "the request \"" + word + "\" names no connection");
                }
                return new Request(verb, connection, node.path("child").stringValueOpt());
            }
        }
        throw new IllegalArgumentException("the request \"" + word + "\" is not known");
    }
}
