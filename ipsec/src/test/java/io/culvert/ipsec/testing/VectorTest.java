package io.culvert.ipsec.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

/// The reader of vector files.
final class VectorTest {
    @Test
    void recordsAndContinuedValuesAreRead() {
        List<Vector> vectors =
                Vector.parse(
                        """
                        # source
                        #
                        # more

                        name: first
                        key: 0102
                        data:
                            0304
                            05
                        empty:

                        name: second
                        key: ff
                        """);
        assertThat(vectors).hasToString("[first, second]");
        assertThat(vectors.get(0).octets("key").toHex()).isEqualTo("0102");
        assertThat(vectors.get(0).octets("data").toHex()).isEqualTo("030405");
        assertThat(vectors.get(0).octets("empty").isEmpty()).isTrue();
        assertThat(vectors.get(1).optional("data")).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> vectors.get(1).text("data"));
        assertThatIllegalArgumentException().isThrownBy(() -> Vector.parse("no colon"));
    }

    @Test
    void aMissingFileIsAnError() {
        assertThatIllegalArgumentException().isThrownBy(() -> Vector.all("none.txt"));
    }
}
