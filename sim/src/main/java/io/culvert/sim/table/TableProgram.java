package io.culvert.sim.table;

import io.culvert.ipsec.crypto.JdkCrypto;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/// Prints the [Table], run by `bin/sim table`.
public final class TableProgram {
    private static final int CELLS_BETWEEN_WORDS = 10;

    private int runs = 200;
    private long seed = 1;
    private int threads = Runtime.getRuntime().availableProcessors();
    private Optional<Path> json = Optional.empty();
    private int story = -1;
    private List<Obstacle> obstacles = List.of(Obstacle.values());
    private List<MessageSize> sizes = List.of(MessageSize.values());
    private List<Way> ways = List.of(Way.values());

    private TableProgram() {}

    /// How it is called.
    public static String usage() {
        return """
               bin/sim table [--runs N] [--seed S] [--threads T] [--json FILE]
                             [--network NAME,...] [--size NAME,...] [--transport NAME,...]
                             [--story NUMBER, of a run in the only cell]
        networks: %s
        sizes: %s
        transports: %s\
        """
                .formatted(
                        names(Obstacle.values()), names(MessageSize.values()), names(Way.values()));
    }

    /// Reads the options, fills the table and prints it.
    ///
    /// @throws IllegalArgumentException if an option is wrong
    public static void run(List<String> options, PrintStream out) throws InterruptedException {
        TableProgram program = new TableProgram();
        program.read(options);
        program.print(out);
    }

    private void read(List<String> options) {
        for (int i = 0; i < options.size(); i += 2) {
            if (i + 1 == options.size()) {
                throw new IllegalArgumentException(options.get(i) + " needs a value");
            }
            String value = options.get(i + 1);
            switch (options.get(i)) {
                case "--runs" -> runs = Integer.parseInt(value);
                case "--seed" -> seed = Long.parseLong(value);
                case "--threads" -> threads = Integer.parseInt(value);
                case "--json" -> json = Optional.of(Path.of(value));
                case "--network" -> obstacles = named(Obstacle.class, value);
                case "--size" -> sizes = named(MessageSize.class, value);
                case "--transport" -> ways = named(Way.class, value);
                case "--story" -> story = Integer.parseInt(value);
                default -> throw new IllegalArgumentException("unknown: " + options.get(i));
            }
        }
        if (runs < 1) {
            throw new IllegalArgumentException("at least one run");
        }
    }

    private void print(PrintStream out) throws InterruptedException {
        Table table = new Table(new JdkCrypto(), seed, runs, obstacles, sizes, ways);
        if (story >= 0) {
            table.story(obstacles.getFirst(), sizes.getFirst(), ways.getFirst(), story)
                    .forEach(out::println);
            return;
        }
        AtomicInteger done = new AtomicInteger();
        table.fill(
                threads,
                () -> {
                    int number = done.incrementAndGet();
                    if (number % CELLS_BETWEEN_WORDS == 0) {
                        System.err.printf("  %d of %d cells%n", number, table.size());
                    }
                });
        out.printf(
                "%d runs a cell, seed %d: share of tunnels within %d s, median of the time to a tunnel that carries"
                        + " packets both ways (95th percentile)%n%n",
                runs, seed, Trial.PATIENCE.toSeconds());
        out.print(table.markdown());
        json.ifPresent(file -> {
            try {
                Files.writeString(file, table.json());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static <E extends Enum<E>> List<E> named(Class<E> type, String words) {
        EnumSet<E> chosen = EnumSet.noneOf(type);
        for (String word : words.split(",", -1)) {
            chosen.add(Enum.valueOf(type, word.toUpperCase(Locale.ROOT).replace('-', '_')));
        }
        return List.copyOf(chosen);
    }

    private static String names(Enum<?>[] values) {
        return Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .collect(Collectors.joining(", "));
    }
}
