package io.culvert.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The rooms that others embed can be linked and documented as they are.
@DisplayName("Library rooms")
class LibraryRoomsTest {
    private static final List<String> LIBRARY = List.of("ipsec", "ike", "esp", "runtime", "linux");

    @TempDir private Path folder;

    @Test
    @DisplayName("jlink makes an image of the five library rooms, and it starts")
    void image() throws IOException, InterruptedException {
        ToolProvider jlink = ToolProvider.findFirst("jlink").orElseThrow();
        Path image = folder.resolve("image");
        String modules =
                String.join(",", LIBRARY.stream().map(room -> "io.culvert." + room).toList());
        String made =
                run(
                        jlink,
                        List.of(
                                "--module-path",
                                modulePath(),
                                "--add-modules",
                                modules,
                                "--output",
                                image.toString()));
        assumeTrue(!made.contains("jmods"), () -> "this JDK cannot link: " + made);
        assertThat(image.resolve("bin/java")).as(made).exists();

        String listed = start(image.resolve("bin/java").toString(), "--list-modules");

        for (String room : LIBRARY) {
            assertThat(listed).contains("io.culvert." + room + "@");
        }
        assertThat(listed).doesNotContain("jdk.compiler", "java.desktop");
    }

    @Test
    @DisplayName("javadoc has nothing to complain about, and indexes the RFCs by their @spec tags")
    void documentation() throws IOException {
        ToolProvider javadoc = ToolProvider.findFirst("javadoc").orElseThrow();
        Path root =
                Path.of(System.getProperty("basedir", ""))
                        .toAbsolutePath()
                        .resolve("..")
                        .normalize();
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "-quiet",
                                "-Werror",
                                "-Xdoclint:all,-missing",
                                "-encoding",
                                "UTF-8",
                                "--release",
                                "25",
                                "-package",
                                "-d",
                                folder.resolve("docs").toString(),
                                "--module-path",
                                compileOnlyJars()));
        for (String room : LIBRARY) {
            arguments.add("--module-source-path");
            arguments.add("io.culvert." + room + "=" + root.resolve(room).resolve("src/main/java"));
        }
        arguments.add("--module");
        arguments.add(
                String.join(",", LIBRARY.stream().map(room -> "io.culvert." + room).toList()));

        String said = run(javadoc, arguments);

        assertThat(said).isEmpty();
        Path specifications = folder.resolve("docs/external-specs.html");
        assertThat(Files.readString(specifications)).contains("RFC 7296", "RFC 4303");
    }

    /// Where the classes of the rooms are: jars, or folders in a build that stops before packaging.
    private static String modulePath() {
        Pattern ours = Pattern.compile(".*\\b(" + String.join("|", LIBRARY) + ")\\b.target.*");
        return classPath()
                .filter(entry -> ours.matcher(entry).matches() && !entry.endsWith("-tests.jar"))
                .filter(entry -> !entry.endsWith("test-classes"))
                .reduce((left, right) -> left + File.pathSeparator + right)
                .orElseThrow();
    }

    private static String compileOnlyJars() {
        return classPath().filter(entry -> entry.contains("jspecify")).findFirst().orElseThrow();
    }

    private static Stream<String> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator));
    }

    private static String run(ToolProvider tool, List<String> arguments) {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said);
        tool.run(writer, writer, arguments.toArray(String[]::new));
        return said.toString();
    }

    private static String start(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
