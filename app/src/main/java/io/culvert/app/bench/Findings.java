package io.culvert.app.bench;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// What a benchmark found.
public sealed interface Findings
        permits HandshakeSpeed.Found, HandshakeLoad.Found, IdleSas.Found, DataPlaneSpeed.Found {
    /// For programs. Units are the ends of the names.
    ObjectNode json();

    /// For people.
    List<String> lines();

    /// Where it was measured: figures mean nothing without.
    static String machine() {
        return "%s, %d processors, JDK %s"
                .formatted(
                        System.getProperty("os.arch"),
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.version());
    }
}
