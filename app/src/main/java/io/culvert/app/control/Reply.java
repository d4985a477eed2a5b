package io.culvert.app.control;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// How a request ended.
///
/// @param exit how the client's process is to end
/// @param lines what to tell the person
/// @param status how everything stands, where that was asked
public record Reply(ExitCode exit, List<String> lines, Optional<ObjectNode> status) {
    /// Copies the list.
    public Reply {
        lines = List.copyOf(lines);
    }

    /// A reply in words alone.
    public static Reply of(ExitCode exit, String... lines) {
        return new Reply(exit, List.of(lines), Optional.empty());
    }

    String toJson() {
        ObjectNode node = Json.object().put("exit", exit.number());
        lines.forEach(node.putArray("lines")::add);
        status.ifPresent(s -> node.set("status", s));
        return Json.line(node);
    }

    static Reply of(JsonNode node) {
        List<String> lines =
                node.path("lines").valueStream().map(line -> line.asString("")).toList();
        return new Reply(
                ExitCode.of(node.path("exit").asInt(ExitCode.FAILED.number())),
                lines,
                node.path("status") instanceof ObjectNode status
                        ? Optional.of(status)
                        : Optional.empty());
    }
}
