package io.culvert.ike.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.culvert.ipsec.value.Octets;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

/// Runs its corpus as a plain test; with `JAZZER_FUZZ=1` it looks for more.
final class StreamFramerFuzzTest {
    @FuzzTest
    @DisplayName("IT-002: any stream means the same in one piece and in two")
    void anyStreamInOnePieceAndInTwo(FuzzedDataProvider data) {
        int cut = data.consumeInt(0, 0xffff);
        Octets stream = Octets.wrap(data.consumeRemainingAsBytes());
        int at = Math.min(cut, stream.size());
        EnumSet<StreamFraming> both = EnumSet.allOf(StreamFraming.class);
        assertThat(
                        RecordingSink.run(
                                StreamFramer.accepted(both),
                                List.of(stream.slice(0, at), stream.slice(at))))
                .isEqualTo(RecordingSink.run(StreamFramer.accepted(both), List.of(stream)));
    }
}
