package io.culvert.esp.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.Spi;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The security association database")
class SecurityAssociationDatabaseTest {
    private record Change(int spi, boolean added) {}

    private static final Gen<Change> CHANGES =
            Gen.both(
                    Gen.oneOf(
                            Gen.ints(0, 20).map(i -> 300 + 256 * i),
                            Gen.ints(Integer.MIN_VALUE, -1)),
                    Gen.booleans(),
                    Change::new);

    @Test
    @DisplayName("is a map from SPIs, and a change leaves older snapshots as they were")
    void agreesWithMap() {
        Properties.forAll(
                Gen.listOf(CHANGES, 60),
                changes -> {
                    SecurityAssociationDatabase<Integer> sad = SecurityAssociationDatabase.empty();
                    Map<Integer, Integer> model = new HashMap<>();
                    for (int i = 0; i < changes.size(); i++) {
                        Change change = changes.get(i);
                        SecurityAssociationDatabase<Integer> before = sad;
                        Optional<Integer> was = before.find(change.spi());
                        if (change.added()) {
                            sad = sad.with(new Spi(change.spi()), i);
                            model.put(change.spi(), i);
                        } else {
                            sad = sad.without(new Spi(change.spi()));
                            model.remove(change.spi());
                        }
                        assertThat(before.find(change.spi())).isEqualTo(was);
                    }
                    for (Change change : changes) {
                        assertThat(sad.find(change.spi()))
                                .isEqualTo(Optional.ofNullable(model.get(change.spi())));
                    }
                });
    }
}
