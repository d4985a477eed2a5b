package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;
import java.util.List;
import java.util.stream.IntStream;

/// The PS payload: the solution of a puzzle, four keys one after another.
///
/// @spec https://www.rfc-editor.org/rfc/rfc8019#section-8.2 RFC 8019 section 8.2
/// @param solution four keys of equal size, at least one octet each
public record PuzzleSolution(Octets solution) implements Payload {
    /// How many keys there are.
    public static final int KEYS = 4;

    /// Checks that the octets can be split.
    public PuzzleSolution {
        if (solution.isEmpty() || solution.size() % KEYS != 0) {
            throw new IllegalArgumentException(
                    "four keys of equal size cannot have " + solution.size() + " octets");
        }
        Wire.requireBody(solution.size(), "PS");
    }

    /// The four keys. Whether they differ and solve the puzzle is not checked here.
    public List<Octets> keys() {
        int size = solution.size() / KEYS;
        return IntStream.range(0, KEYS)
                .mapToObj(i -> solution.slice(i * size, (i + 1) * size))
                .toList();
    }

    @Override
    public PayloadType type() {
        return PayloadType.PS;
    }
}
