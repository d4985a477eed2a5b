package io.culvert.ipsec.testing;

import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One known answer out of a file of published vectors.
///
/// The files lie beside this class in `vectors`, and each says where its numbers come from. Records are separated by
/// blank lines; a line is `name: value`, and a value may go on over indented lines; `#` begins a comment line.
public final class Vector {
    private final Map<String, String> fields;

    private Vector(Map<String, String> fields) {
        this.fields = Map.copyOf(fields);
    }

    /// All records of a file such as `aead.txt`.
    ///
    /// @throws IllegalArgumentException if there is no such file, or nothing in it
    public static List<Vector> all(String file) {
        return all(Vector.class, "vectors/" + file);
    }

    /// All records of a file of another room.
    ///
    /// @param beside the class beside which the file lies
    /// @throws IllegalArgumentException if there is no such file, or nothing in it
    public static List<Vector> all(Class<?> beside, String file) {
        try (InputStream in = beside.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalArgumentException("no vectors " + file);
            }
            List<Vector> vectors = parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            if (vectors.isEmpty()) {
                throw new IllegalArgumentException("no vectors in " + file);
            }
            return vectors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Vector> parse(String text) {
        List<Vector> vectors = new ArrayList<>();
        for (String block : text.split("\n\\s*\n", -1)) {
            Map<String, String> fields = new LinkedHashMap<>();
            String last = "";
            for (String line : block.split("\n", -1)) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                if (line.startsWith(" ")) {
                    fields.merge(last, line.strip(), String::concat);
                    continue;
                }
                int colon = line.indexOf(':');
                if (colon < 0) {
                    throw new IllegalArgumentException("not a field: " + line);
                }
                last = line.substring(0, colon);
                fields.put(last, line.substring(colon + 1).strip());
            }
            if (!fields.isEmpty()) {
                vectors.add(new Vector(fields));
            }
        }
        return vectors;
    }

    /// A field that is text.
    ///
    /// @throws IllegalArgumentException if the record has no such field
    public String text(String field) {
        String value = fields.get(field);
        if (value == null) {
            throw new IllegalArgumentException(this + " has no " + field);
        }
        return value;
    }

    /// A field that is hexadecimal; it may be empty.
    ///
    /// @throws IllegalArgumentException if the record has no such field
    public Octets octets(String field) {
        return Octets.ofHex(text(field));
    }

    /// The same as an array.
    public byte[] bytes(String field) {
        return octets(field).toArray();
    }

    /// A field that not every record of the file has.
    public Optional<Octets> optional(String field) {
        return Optional.ofNullable(fields.get(field)).map(Octets::ofHex);
    }

    /// The field `algorithm` as a constant of an enum.
    public <E extends Enum<E>> E algorithm(Class<E> type) {
        return Enum.valueOf(type, text("algorithm"));
    }

    /// The name of the vector, for the report of a parameterised test.
    @Override
    public String toString() {
        return fields.getOrDefault("name", "a vector without name");
    }
}
