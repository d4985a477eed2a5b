package io.culvert.app.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/// One table of the file being read: gives typed values, notes every mistake, and knows which keys nobody asked for.
///
/// A value that is wrong is noted and then treated as absent, so that reading goes on.
final class Section {
    private static final int FARTHEST_SUGGESTION = 3;
    private static final String TEXT = "text in quotes";

    private final TomlTable table;
    private final String path;
    private final TomlPosition position;
    private final Problems problems;
    private final TreeSet<String> asked = new TreeSet<>();

    Section(TomlTable table, String path, TomlPosition position, Problems problems) {
        this.table = table;
        this.path = path;
        this.position = position;
        this.problems = problems;
    }

    /// One text of the file and where it stands.
    ///
    /// @param text the text
    /// @param key the full key
    /// @param position where it stands
    record Item(String text, String key, TomlPosition position) {}

    /// The full key of the table.
    String path() {
        return path;
    }

    /// The keys that the table has.
    Set<String> keys() {
        return table.keySet();
    }

    boolean has(String key) {
        asked.add(key);
        return table.get(List.of(key)) != null;
    }

    Optional<Item> item(String key) {
        Object value = value(key);
        if (value instanceof String text) {
            return Optional.of(new Item(text, full(key), at(key)));
        }
        if (value != null) {
            wrongType(key, value, TEXT);
        }
        return Optional.empty();
    }

    /// A text that must not be shown, also if it is none.
    Optional<String> secret(String key) {
        Object value = value(key);
        if (value instanceof String text) {
            return Optional.of(text);
        }
        if (value != null) {
            error(key, "the secret is not text", "write " + TEXT);
        }
        return Optional.empty();
    }

    Optional<String> text(String key) {
        return item(key).map(Item::text);
    }

    /// A text, or an array of texts.
    List<Item> items(String key) {
        Object value = value(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof String text) {
            return List.of(new Item(text, full(key), at(key)));
        }
        List<Item> items = new ArrayList<>();
        if (value instanceof TomlArray array) {
            for (int i = 0; i < array.size(); i++) {
                String itemKey = full(key) + "[" + i + "]";
                TomlPosition found = array.inputPositionOf(i);
                TomlPosition itemPosition = found == null ? at(key) : found;
                if (array.get(i) instanceof String text) {
                    items.add(new Item(text, itemKey, itemPosition));
                } else {
                    problems.error(
                            itemPosition,
                            itemKey,
                            shown(array.get(i)) + " is not text",
                            "write " + TEXT);
                }
            }
        } else {
            wrongType(key, value, "text in quotes, or an array of such");
        }
        return items;
    }

    /// What `parse` makes of a text; its [IllegalArgumentException] becomes a problem with `right` beside it.
    <T> Optional<T> parsed(String key, Function<String, T> parse, String right) {
        return item(key).flatMap(item -> parsed(item, parse, right));
    }

    /// What `parse` makes of each text.
    <T> List<T> parsedAll(String key, Function<String, T> parse, String right) {
        return items(key).stream().flatMap(i -> parsed(i, parse, right).stream()).toList();
    }

    <T> Optional<T> parsed(Item item, Function<String, T> parse, String right) {
        try {
            return Optional.of(parse.apply(item.text()));
        } catch (IllegalArgumentException e) {
            problems.error(item.position(), item.key(), complaint(item.text(), e), right);
            return Optional.empty();
        }
    }

    /// One of the words in `choices`.
    <T> Optional<T> choice(String key, Map<String, T> choices) {
        return parsed(
                key,
                word -> {
                    T chosen = choices.get(word);
                    if (chosen == null) {
                        throw new IllegalArgumentException(
                                "\"" + word + "\" is not known here" + suggestion(word, choices));
                    }
                    return chosen;
                },
                "write one of " + words(choices.keySet()));
    }

    /// A whole number from `lowest` to `highest`.
    long number(String key, long lowest, long highest, long fallback) {
        Object value = value(key);
        String right = "write a whole number from " + lowest + " to " + highest;
        if (value instanceof Long number) {
            if (number >= lowest && number <= highest) {
                return number;
            }
            problems.error(at(key), full(key), number + " is out of range", right);
        } else if (value != null) {
            wrongType(key, value, "a whole number from " + lowest + " to " + highest);
        }
        return fallback;
    }

    double decimal(String key, double lowest, double highest, double fallback) {
        Object value = value(key);
        if (value instanceof Number number
                && number.doubleValue() >= lowest
                && number.doubleValue() <= highest) {
            return number.doubleValue();
        }
        if (value != null) {
            wrongType(key, value, "a number from " + lowest + " to " + highest);
        }
        return fallback;
    }

    boolean flag(String key, boolean fallback) {
        Object value = value(key);
        if (value instanceof Boolean truth) {
            return truth;
        }
        if (value != null) {
            wrongType(key, value, "true or false");
        }
        return fallback;
    }

    /// A list of port numbers; one number stands for a list of one, `false` for the empty list.
    List<Integer> ports(String key, List<Integer> fallback) {
        Object value = value(key);
        if (value == null) {
            return fallback;
        }
        if (value instanceof Boolean truth && !truth) {
            return List.of();
        }
        List<Integer> ports = new ArrayList<>();
        List<?> numbers = value instanceof TomlArray array ? array.toList() : List.of(value);
        for (Object number : numbers) {
            if (number instanceof Long port && port >= 0 && port <= 65_535) {
                ports.add(port.intValue());
            } else {
                wrongType(key, number, "a port from 0 to 65535, an array of such, or false");
            }
        }
        return ports;
    }

    /// A table inside this one.
    Optional<Section> section(String key) {
        Object value = value(key);
        if (value instanceof TomlTable inner) {
            return Optional.of(new Section(inner, full(key), at(key), problems));
        }
        if (value != null) {
            wrongType(key, value, "a table, such as [" + full(key) + "]");
        }
        return Optional.empty();
    }

    /// All tables inside the table `key`, by name, in the order of the file.
    Map<String, Section> named(String key) {
        Map<String, Section> named = new LinkedHashMap<>();
        section(key)
                .ifPresent(outer -> {
                    for (String name : outer.table.keySet()) {
                        outer.section(name).ifPresent(inner -> named.put(name, inner));
                    }
                });
        return named;
    }

    /// Takes note of keys that are understood but have no effect yet.
    void withoutEffect(String key, String why) {
        if (has(key)) {
            problems.warning(at(key), full(key), "has no effect in this version", why);
        }
    }

    void error(String key, String what, String right) {
        problems.error(at(key), full(key), what, right);
    }

    void error(Item item, String what, String right) {
        problems.error(item.position(), item.key(), what, right);
    }

    void warning(String key, String what, String right) {
        problems.warning(at(key), full(key), what, right);
    }

    void warning(Item item, String what, String right) {
        problems.warning(item.position(), item.key(), what, right);
    }

    /// A key that has to be there is not.
    void missing(String key, String what, String right) {
        problems.missing(position, full(key), what, right);
    }

    /// Notes every key that nobody asked for. Call when all keys were read.
    void complainOfUnknownKeys() {
        for (String key : table.keySet()) {
            if (!asked.contains(key)) {
                problems.error(
                        at(key),
                        full(key),
                        "this key is not known",
                        nearest(key, asked)
                                .map(near -> "did you mean \"" + near + "\"?")
                                .orElse("known here: " + String.join(", ", asked)));
            }
        }
    }

    private @Nullable Object value(String key) {
        asked.add(key);
        return table.get(List.of(key));
    }

    private String full(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private TomlPosition at(String key) {
        TomlPosition found = table.inputPositionOf(List.of(key));
        return found == null ? position : found;
    }

    private void wrongType(String key, Object value, String wanted) {
        problems.error(at(key), full(key), shown(value) + " does not fit", "write " + wanted);
    }

    private static String complaint(String text, IllegalArgumentException e) {
        String message = e.getMessage();
        return message == null ? "\"" + text + "\" does not fit" : message;
    }

    private static String shown(Object value) {
        return switch (value) {
            case String text -> "\"" + text + "\"";
            case TomlArray ignored -> "an array";
            case TomlTable ignored -> "a table";
            default -> value.toString();
        };
    }

    private static String words(Collection<String> words) {
        return words.stream().sorted().map(w -> "\"" + w + "\"").collect(Collectors.joining(", "));
    }

    private static String suggestion(String word, Map<String, ?> choices) {
        return nearest(word, choices.keySet())
                .map(near -> ", did you mean \"" + near + "\"?")
                .orElse("");
    }

    /// The candidate that differs least from `word`, unless all differ much.
    static Optional<String> nearest(String word, Collection<String> candidates) {
        return candidates.stream()
                .filter(c ->
                        distance(word, c) <= Math.min(FARTHEST_SUGGESTION, (c.length() + 1) / 2))
                .min(
                        Comparator.comparingInt((String c) -> distance(word, c))
                                .thenComparing(Comparator.naturalOrder()));
    }

    /// The Levenshtein distance: how many letters to insert, remove or replace.
    static int distance(String left, String right) {
        int[] previous = new int[right.length() + 1];
        for (int j = 0; j < previous.length; j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int[] row = new int[right.length() + 1];
            row[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], previous[j]) + 1, previous[j - 1] + change);
            }
            previous = row;
        }
        return previous[right.length()];
    }
}
