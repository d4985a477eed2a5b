package io.culvert.sim.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.crypto.JdkCrypto;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The table of networks, message sizes and transports")
class TableTest {
    private static final int RUNS = 15;
    private static final int THREADS = 2;

    /// In per cent.
    private static final double NEARLY_ALL = 90;

    private static final double MOST_SECONDS_LATER = 1.5;

    @Test
    @DisplayName(
            "`automatic` gets through wherever a transport does, within 1.5 s more than the best")
    void automatic() throws InterruptedException {
        Table table = table(List.of(Obstacle.values()), List.of(Way.values()));
        for (Obstacle obstacle : Obstacle.values()) {
            Cell automatic = cell(table, obstacle, Way.AUTOMATIC).orElseThrow();
            Cell best =
                    EnumSet.complementOf(EnumSet.of(Way.AUTOMATIC)).stream()
                            .flatMap(way -> cell(table, obstacle, way).stream())
                            .filter(cell -> cell.success() >= NEARLY_ALL)
                            .min(Comparator.comparingDouble(Cell::median))
                            .orElseThrow();

            assertThat(automatic.success()).as(obstacle.title()).isGreaterThanOrEqualTo(NEARLY_ALL);
            assertThat(automatic.median())
                    .as(obstacle.title())
                    .isLessThanOrEqualTo(best.median() + MOST_SECONDS_LATER);
        }
    }

    @Test
    @DisplayName(
            "what cannot get through does not: large datagrams without fragments, UDP without its port")
    void impossible() throws InterruptedException {
        Table table =
                table(
                        List.of(
                                Obstacle.FRAGMENTS_DROPPED,
                                Obstacle.UDP_4500_BLOCKED,
                                Obstacle.ONLY_TCP_443),
                        List.of(Way.UDP_WHOLE, Way.UDP, Way.TCP_ENCAPSULATION));

        assertThat(cell(table, Obstacle.FRAGMENTS_DROPPED, Way.UDP_WHOLE).orElseThrow().success())
                .isZero();
        assertThat(cell(table, Obstacle.FRAGMENTS_DROPPED, Way.UDP).orElseThrow().success())
                .isEqualTo(100);
        assertThat(cell(table, Obstacle.UDP_4500_BLOCKED, Way.UDP).orElseThrow().success())
                .isZero();
        assertThat(cell(table, Obstacle.ONLY_TCP_443, Way.UDP).orElseThrow().success()).isZero();
        assertThat(
                        cell(table, Obstacle.ONLY_TCP_443, Way.TCP_ENCAPSULATION)
                                .orElseThrow()
                                .success())
                .isEqualTo(100);
    }

    @Test
    @DisplayName("one seed gives one table, as Markdown and as JSON, whatever the threads do")
    void sameAgain() throws InterruptedException {
        List<Obstacle> obstacles = List.of(Obstacle.CLEAN, Obstacle.LOSS_20);
        List<Way> ways = List.of(Way.UDP, Way.TCP_ENCAPSULATION);
        Table first = table(obstacles, ways);
        Table second = table(obstacles, ways);

        assertThat(second.markdown()).isEqualTo(first.markdown());
        assertThat(second.json()).isEqualTo(first.json());
        assertThat(first.markdown())
                .startsWith(
                        "### Certificate chains of 8 kB\n\n| Network | `udp` | `tcp-encapsulation` |")
                .contains("| clean | 100 %, ");
        assertThat(first.json()).contains("\"network\": \"20 % loss\"").contains("\"runs\": 15");
        assertThat(first.story(Obstacle.CLEAN, MessageSize.CHAIN_8_KB, Way.UDP, 3))
                .hasSizeGreaterThan(5)
                .last()
                .asString()
                .startsWith("a tunnel after PT0.");
    }

    private static Table table(List<Obstacle> obstacles, List<Way> ways)
            throws InterruptedException {
        Table table =
                new Table(
                        new JdkCrypto(),
                        20_261_124,
                        RUNS,
                        obstacles,
                        List.of(MessageSize.CHAIN_8_KB),
                        ways);
        table.fill(THREADS, () -> {});
        return table;
    }

    private static Optional<Cell> cell(Table table, Obstacle obstacle, Way way) {
        return table.cells().stream()
                .filter(cell -> cell.obstacle() == obstacle && cell.way() == way)
                .findFirst();
    }
}
