package io.culvert.app.control;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The JSON that the program writes and reads.
public final class Json {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private Json() {}

    /// An empty object.
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// On one line.
    public static String line(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    /// Indented, for people.
    public static String pretty(JsonNode node) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    }

    /// Reads one value.
    ///
    /// @throws JacksonException if the text is not one JSON value
    public static JsonNode parse(String text) throws JacksonException {
        return MAPPER.readTree(text);
    }
}
