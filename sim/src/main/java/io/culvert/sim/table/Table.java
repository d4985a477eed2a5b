package io.culvert.sim.table;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.sim.network.Dice;
import io.culvert.sim.network.Story;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/// The table network × message size × transport: how often a tunnel comes about, and how soon.
///
/// Each run is a function of the table's seed, its cell and its number alone, whatever the threads do.
public final class Table {
    private static final int BUFFERS = 8;
    private static final int BUFFER_OCTETS = 66_000;
    private static final int HEADROOM = 64;

    private record Place(Obstacle obstacle, MessageSize size, Way way) {}

    private final CryptoProvider crypto;
    private final long seed;
    private final int runs;
    private final List<Place> places = new ArrayList<>();
    private final Map<Place, Cell> cells = new LinkedHashMap<>();

    /// @param seed decides all runs
    /// @param runs how many in each cell
    public Table(
            CryptoProvider crypto,
            long seed,
            int runs,
            List<Obstacle> obstacles,
            List<MessageSize> sizes,
            List<Way> ways) {
        this.crypto = crypto;
        this.seed = seed;
        this.runs = runs;
        for (MessageSize size : sizes) {
            for (Obstacle obstacle : obstacles) {
                ways.forEach(way -> places.add(new Place(obstacle, size, way)));
            }
        }
    }

    /// Fills all cells.
    ///
    /// @param threads how many cells at a time
    /// @param afterEach called after each cell, on its thread
    public void fill(int threads, Runnable afterEach) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        Queue<Throwable> trouble = new ConcurrentLinkedQueue<>();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            workers.add(
                    Thread.ofPlatform()
                            .name("table-" + i)
                            .start(() -> {
                                try {
                                    work(next, afterEach);
                                } catch (RuntimeException | Error e) {
                                    trouble.add(e);
                                    next.set(places.size());
                                }
                            }));
        }
        for (Thread worker : workers) {
            worker.join();
        }
        if (!trouble.isEmpty()) {
            throw new IllegalStateException("the simulator stumbled", trouble.element());
        }
    }

    private void work(AtomicInteger next, Runnable afterEach) {
        try (PacketPool pool = new PacketPool(BUFFERS, BUFFER_OCTETS, HEADROOM)) {
            int number = next.getAndIncrement();
            while (number < places.size()) {
                Cell cell = cell(pool, places.get(number));
                synchronized (cells) {
                    cells.put(places.get(number), cell);
                }
                afterEach.run();
                number = next.getAndIncrement();
            }
        }
    }

    private Cell cell(PacketPool pool, Place place) {
        List<Duration> times = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            run(pool, place, i, new Story(0)).ifPresent(times::add);
        }
        return new Cell(place.obstacle, place.size, place.way, runs, times);
    }

    private Optional<Duration> run(PacketPool pool, Place place, int number, Story story) {
        long row = (place.size.name() + " " + place.obstacle.name()).hashCode();
        long runSeed = Dice.seedOf(Dice.seedOf(seed, row), number);
        Optional<Duration> taken =
                Trial.run(crypto, pool, place.obstacle, place.size, place.way, runSeed, story);
        if (pool.inUse() > 0) {
            throw new IllegalStateException(pool.inUse() + " packet buffers are not given back");
        }
        return taken;
    }

    /// One run of a cell, told line by line.
    public List<String> story(Obstacle obstacle, MessageSize size, Way way, int number) {
        Story story = new Story(10_000);
        List<String> lines;
        try (PacketPool pool = new PacketPool(BUFFERS, BUFFER_OCTETS, HEADROOM)) {
            Optional<Duration> taken = run(pool, new Place(obstacle, size, way), number, story);
            lines = new ArrayList<>(story.lines());
            lines.add(taken.map(t -> "a tunnel after " + t).orElse("no tunnel"));
        }
        return List.copyOf(lines);
    }

    /// How many cells there are.
    public int size() {
        return places.size();
    }

    /// The cells that are filled, in the order of the table.
    public List<Cell> cells() {
        synchronized (cells) {
            return places.stream().filter(cells::containsKey).map(cells::get).toList();
        }
    }

    /// The table for people: one part for each size, in Markdown.
    public String markdown() {
        StringBuilder text = new StringBuilder();
        Map<MessageSize, List<Cell>> parts =
                cells().stream()
                        .collect(
                                Collectors.groupingBy(
                                        Cell::size, LinkedHashMap::new, Collectors.toList()));
        parts.forEach((size, part) -> {
            String heading = size.title();
            text.append("### ")
                    .append(Character.toUpperCase(heading.charAt(0)))
                    .append(heading.substring(1))
                    .append("\n\n");
            List<Way> ways = part.stream().map(Cell::way).distinct().toList();
            text.append(row("Network", ways.stream().map(way -> "`" + way.title() + "`").toList()));
            text.append(row("---", ways.stream().map(_ -> "---").toList()));
            Arrays.stream(Obstacle.values())
                    .map(o -> part.stream().filter(cell -> cell.obstacle() == o).toList())
                    .filter(row -> !row.isEmpty())
                    .forEach(row ->
                            text.append(
                                    row(
                                            row.getFirst().obstacle().title(),
                                            row.stream().map(Cell::text).toList())));
            text.append('\n');
        });
        return text.toString();
    }

    private static String row(String first, List<String> others) {
        return "| " + first + " | " + String.join(" | ", others) + " |\n";
    }

    /// The table for programs.
    public String json() {
        return cells().stream()
                .map(Cell::json)
                .collect(
                        Collectors.joining(
                                ",\n    ",
                                "{\n  \"seed\": " + seed + ",\n  \"cells\": [\n    ",
                                "\n  ]\n}\n"));
    }
}
