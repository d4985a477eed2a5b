package io.culvert.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a newcomer meets before any class: the README, the documents, the scripts.
@DisplayName("Repository")
class RepositoryTest {
    private static final Path ROOT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();

    private static final Set<String> TEXT =
            Set.of("md", "xml", "properties", "config", "sh", "txt", "toml", "yml");

    private static final Set<String> SCRIPTS =
            Set.of(
                    "culvert",
                    "check",
                    "mvnw",
                    "bin/find-jdk",
                    "bin/build-image",
                    "bin/run-image",
                    "bin/rfc-table",
                    "bin/bench-charon",
                    ".ci/run");

    private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)(#[^)]*)?\\)");

    /// Places that exist on one machine only.
    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<![\\w.])/(wor" + "k|roo" + "t|tm" + "p/wt)/");

    @TempDir private Path folder;

    @Test
    @DisplayName("the README begins with the two commands, and they can be run")
    void readmeCommands() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        Matcher block = Pattern.compile("(?s)```\\n(.*?)```").matcher(readme);

        assertThat(block.find()).isTrue();
        assertThat(block.group(1).lines()).containsExactly("./culvert demo", "./check");
        for (String script : SCRIPTS) {
            assertThat(ROOT.resolve(script)).isExecutable();
        }
        assertThat(Files.readString(ROOT.resolve(".ci/run"))).contains("./check");
    }

    @Test
    @DisplayName("every link between documents leads somewhere")
    void links() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : textFiles().filter(file -> file.toString().endsWith(".md")).toList()) {
            Matcher link = LINK.matcher(Files.readString(document));
            while (link.find()) {
                String target = link.group(1);
                boolean here = !target.contains("://") && !target.startsWith("mailto:");
                if (here && !Files.exists(document.resolveSibling(target))) {
                    broken.add(ROOT.relativize(document) + ": " + target);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    @DisplayName("every decision is in the index, with a context, a decision and consequences")
    void decisions() throws IOException {
        String index = Files.readString(ROOT.resolve("docs/adr/README.md"));
        try (Stream<Path> records = Files.list(ROOT.resolve("docs/adr"))) {
            for (Path record : records.filter(file -> !file.endsWith("README.md")).toList()) {
                String name = record.getFileName().toString();
                assertThat(name).matches("\\d{4}-[a-z0-9-]+\\.md");
                assertThat(index).contains("(" + name + ")");
                assertThat(Files.readString(record))
                        .as(name)
                        .contains("## Context", "## Decision", "## Consequences");
            }
        }
    }

    @Test
    @DisplayName("no document and no script names a place on somebody's machine")
    void machinePaths() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : textFiles().toList()) {
            Files.readString(file)
                    .lines()
                    .filter(line -> MACHINE_PATH.matcher(line).find())
                    .forEach(line -> found.add(ROOT.relativize(file) + ": " + line.strip()));
        }
        assertThat(found).isEmpty();
    }

    @Test
    @DisplayName("find-jdk takes JAVA_HOME if it is new enough, and passes over it if not")
    void findJdk() throws IOException, InterruptedException {
        Path newer = fakeJdk("newer", "26.0.1");
        Path older = fakeJdk("older", "17.0.15");

        assertThat(findJdk(newer)).isEqualTo(newer.toString());
        assertThat(findJdk(older)).isNotEqualTo(older.toString()).isNotEmpty();
    }

    private String findJdk(Path javaHome) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(ROOT.resolve("bin/find-jdk").toString());
        builder.environment().put("JAVA_HOME", javaHome.toString());
        // the JDK of this test, for the machine that has it in no usual place
        String bin = Path.of(System.getProperty("java.home"), "bin").toString();
        builder.environment().merge("PATH", bin, (path, ours) -> ours + ":" + path);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return said.strip();
    }

    private Path fakeJdk(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        for (String program : List.of("java", "javac")) {
            Path script = Files.writeString(home.resolve("bin").resolve(program), "#!/bin/sh\n");
            assertThat(script.toFile().setExecutable(true)).isTrue();
        }
        return home;
    }

    private static Stream<Path> textFiles() throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> top = Files.list(ROOT)) {
            for (Path entry : top.toList()) {
                addTextFiles(entry, files);
            }
        }
        return files.stream();
    }

    private static void addTextFiles(Path entry, List<Path> files) throws IOException {
        if (Set.of(".git", "target").contains(entry.getFileName().toString())) {
            return;
        }
        if (Files.isDirectory(entry)) {
            try (Stream<Path> inside = Files.list(entry)) {
                for (Path next : inside.toList()) {
                    addTextFiles(next, files);
                }
            }
        } else if (isText(entry)) {
            files.add(entry);
        }
    }

    private static boolean isText(Path file) {
        String name = file.getFileName().toString();
        return SCRIPTS.contains(ROOT.relativize(file).toString())
                || TEXT.contains(name.substring(name.lastIndexOf('.') + 1));
    }
}
