package io.culvert.ipsec.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The house rules that a machine can check. Every room runs this test over its own sources.
///
/// An exception is a line in the room's `src/test/resources/tidy-allow.txt`: the rule, a space, the
/// file (and `#method` for a long method), a space, and the reason. A line that is no longer needed
/// fails too.
@DisplayName("House rules")
class TidyTest {
    private static final int FILE_LINES = 500;
    private static final int METHOD_LINES = 60;
    private static final int ROOM_FILES = 120;

    /// Rooms that are libraries: they raise events and return values, and print nothing.
    private static final Set<String> SILENT_ROOMS =
            Set.of("ipsec", "ike", "esp", "runtime", "linux");

    private static final Set<String> SHIPPED =
            Set.of("ipsec", "ike", "esp", "runtime", "linux", "app");

    private static final Pattern UNFINISHED =
            Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b");

    /// Places that exist on one machine only.
    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<![\\w.])/(wor" + "k|tm" + "p/wt|tm" + "p/brief|roo" + "t)/");

    private static final Pattern EMPTY_NAME =
            Pattern.compile(".*(Manager|Helper|Utils?|Data|Info|Impl|Common)");

    private static final Pattern GETTER = Pattern.compile("get[A-Z].*");

    private static Path room;
    private static List<SourceFile> sources;
    private static List<String> allowed;

    @BeforeAll
    static void readSources() throws IOException {
        room = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        sources = new ArrayList<>();
        for (String folder : List.of("src/main/java", "src/test/java")) {
            if (Files.isDirectory(room.resolve(folder))) {
                try (Stream<Path> files = Files.walk(room.resolve(folder))) {
                    files.filter(file -> file.toString().endsWith(".java"))
                            .sorted()
                            .forEach(file -> sources.add(SourceFile.read(room, file)));
                }
            }
        }
        Path list = room.resolve("src/test/resources/tidy-allow.txt");
        allowed =
                Files.exists(list)
                        ? Files.readAllLines(list).stream()
                                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                                .toList()
                        : List.of();
        assertThat(sources).as("sources of " + room).isNotEmpty();
    }

    @Test
    @DisplayName("a file has at most 500 lines")
    void fileLength() {
        check("file-length", source -> TidyTest.longFile(source));
    }

    @Test
    @DisplayName("a method has at most 60 lines")
    void methodLength() {
        check("method-length", source -> TidyTest.longMethods(source));
    }

    @Test
    @DisplayName("a room has at most 120 source files")
    void roomSize() {
        long files = sources.stream().filter(source -> !source.isTest()).count();
        assertThat(files).isLessThanOrEqualTo(limitOfRoom());
    }

    @Test
    @DisplayName("nothing is left unfinished in a comment")
    void unfinished() {
        check("unfinished", source -> matches(UNFINISHED, source));
    }

    @Test
    @DisplayName("no path of somebody's machine")
    void machinePaths() {
        check("machine-path", source -> matches(MACHINE_PATH, source));
    }

    @Test
    @DisplayName("nobody sleeps: wait for a condition")
    void sleeping() {
        check("sleep", source -> selected(source, Set.of("Thread.sleep", "SECONDS.sleep")));
    }

    @Test
    @DisplayName("a library does not print")
    void printing() {
        if (SILENT_ROOMS.contains(room.getFileName().toString())) {
            check(
                    "print",
                    source ->
                            source.isTest()
                                    ? List.of()
                                    : selected(source, Set.of("System.out", "System.err")));
        }
    }

    @Test
    @DisplayName("no type is named Manager, Helper, Util, Data, Info, Impl or Common")
    void emptyNames() {
        check(
                "name",
                source -> source.types().stream().filter(EMPTY_NAME.asMatchPredicate()).toList());
    }

    @Test
    @DisplayName("an accessor has no get")
    void accessors() {
        check("accessor", source -> getters(source));
    }

    @Test
    @DisplayName("every package of a shipped room says what it is and that nothing is null")
    void packages() throws IOException {
        Path main = room.resolve("src/main/java");
        if (!SHIPPED.contains(room.getFileName().toString())) {
            return;
        }
        List<String> found = new ArrayList<>();
        try (Stream<Path> folders = Files.walk(main).filter(Files::isDirectory)) {
            for (Path folder : folders.toList()) {
                if (holdsTypes(folder) && !saysWhatItIs(folder.resolve("package-info.java"))) {
                    found.add(room.relativize(folder).toString());
                }
            }
        }
        assertThat(found).as("packages without a described, null-marked package-info").isEmpty();
    }

    @Test
    @DisplayName("the rules can fail")
    void rulesBite() {
        String body = "int x;\n".repeat(METHOD_LINES);
        SourceFile untidy =
                SourceFile.parse(
                        "src/main/java/X.java",
                        "class KeyManager { int getKey() throws Exception {\n"
                                + body
                                + "Thread.sleep(1); System.out.println(); return 1; }\n"
                                + " // TO"
                                + "DO later, see /wor"
                                + "k/notes\n"
                                + " @Override public int getCode() { return 2; } }\n"
                                + "\n".repeat(FILE_LINES));
        assertThat(longFile(untidy)).isNotEmpty();
        assertThat(longMethods(untidy)).containsExactly("#getKey");
        assertThat(getters(untidy)).containsExactly("getKey");
        assertThat(selected(untidy, Set.of("Thread.sleep"))).hasSize(1);
        assertThat(matches(UNFINISHED, untidy)).hasSize(1);
        assertThat(matches(MACHINE_PATH, untidy)).hasSize(1);
        assertThat(untidy.types()).anyMatch(EMPTY_NAME.asMatchPredicate());
    }

    private static List<String> longFile(SourceFile source) {
        return source.lines() > FILE_LINES ? List.of("") : List.of();
    }

    private static List<String> longMethods(SourceFile source) {
        return source.methods().stream()
                .filter(method -> method.lines() > METHOD_LINES)
                .map(method -> "#" + method.name())
                .toList();
    }

    private static List<String> getters(SourceFile source) {
        return source.isTest()
                ? List.of()
                : source.methods().stream()
                        .filter(method -> !method.overrides())
                        .map(SourceFile.Method::name)
                        .filter(GETTER.asMatchPredicate())
                        .toList();
    }

    private static List<String> selected(SourceFile source, Set<String> names) {
        return source.selections().stream().filter(names::contains).toList();
    }

    private static List<String> matches(Pattern pattern, SourceFile source) {
        return source.text().lines().filter(line -> pattern.matcher(line).find()).toList();
    }

    private static boolean holdsTypes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .anyMatch(name -> name.endsWith(".java") && !name.equals("module-info.java"));
        }
    }

    private static boolean saysWhatItIs(Path packageInfo) throws IOException {
        if (!Files.exists(packageInfo)) {
            return false;
        }
        String text = Files.readString(packageInfo);
        return text.contains("@NullMarked") && text.startsWith("/// ");
    }

    private static int limitOfRoom() {
        return allowed.stream()
                .filter(line -> line.startsWith("room-files "))
                .map(line -> Integer.parseInt(line.split(" ", 3)[1]))
                .findFirst()
                .orElse(ROOM_FILES);
    }

    /// Fails for every find that the allow-list does not name, and for every line of the allow-list
    /// that names nothing found.
    private static void check(String rule, Function<SourceFile, List<String>> finder) {
        List<String> unused =
                new ArrayList<>(
                        allowed.stream().filter(line -> line.startsWith(rule + " ")).toList());
        List<String> found = new ArrayList<>();
        for (SourceFile source : sources) {
            for (String what : finder.apply(source)) {
                String place = source.path() + (what.startsWith("#") ? what : "");
                String entry = rule + " " + place + " ";
                if (allowed.stream().noneMatch(line -> line.startsWith(entry))) {
                    found.add(what.startsWith("#") ? place : place + ": " + what.strip());
                }
                unused.removeIf(line -> line.startsWith(entry));
            }
        }
        assertThat(found).as("%s: not tidy", rule).isEmpty();
        assertThat(unused).as("%s: no longer needed in tidy-allow.txt", rule).isEmpty();
    }
}
