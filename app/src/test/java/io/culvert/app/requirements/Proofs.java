package io.culvert.app.requirements;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Which tests name which requirements, found by reading the sources of all rooms' tests.
///
/// A test names a requirement in a string, such as its display name or the name of a case, or in its
/// documentation comment. Files without any test prove nothing, nor does a test that is disabled.
final class Proofs {
    /// A test, or all tests of a class.
    ///
    /// @param file from the root of the repository
    /// @param type the class
    /// @param method empty if the whole class names the requirement
    record Proof(String file, String type, String method) implements Comparable<Proof> {
        @Override
        public int compareTo(Proof other) {
            int order = type.compareTo(other.type);
            order = order == 0 ? file.compareTo(other.file) : order;
            return order == 0 ? method.compareTo(other.method) : order;
        }
    }

    static final Pattern ID =
            Pattern.compile(
                    "\\b(?:(?:IK|IT|TE|ST)-\\d\\d[0-9A-F]|E\\d{1,2}-\\d{1,2}|KF-\\d\\d)\\b");

    private static final Set<String> TEST =
            Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "FuzzTest");

    private final SortedMap<String, SortedSet<Proof>> byId = new TreeMap<>();

    private Proofs() {}

    /// Reads the tests of all rooms below a folder.
    static Proofs read(Path root) throws IOException {
        Proofs proofs = new Proofs();
        try (Stream<Path> rooms = Files.list(root)) {
            for (Path room : rooms.sorted().toList()) {
                Path tests = room.resolve("src/test/java");
                if (Files.isDirectory(tests)) {
                    proofs.readRoom(root, tests);
                }
            }
        }
        return proofs;
    }

    /// Reads one source.
    static Proofs parse(String file, String text) throws IOException {
        Proofs proofs = new Proofs();
        proofs.readSource(file, text);
        return proofs;
    }

    /// The requirements that tests name.
    Set<String> ids() {
        return byId.keySet();
    }

    /// The tests that name a requirement.
    SortedSet<Proof> of(String id) {
        return byId.getOrDefault(id, new TreeSet<>());
    }

    private void readRoom(Path root, Path tests) throws IOException {
        // the tests of this package speak of requirements that there are not
        String ours = Proofs.class.getPackageName().replace('.', '/');
        try (Stream<Path> files = Files.walk(tests)) {
            for (Path file : files.sorted().toList()) {
                String name = root.relativize(file).toString().replace('\\', '/');
                if (name.endsWith(".java") && !name.contains(ours)) {
                    readSource(name, Files.readString(file));
                }
            }
        }
    }

    private void readSource(String file, String text) throws IOException {
        if (!ID.matcher(text).find()) {
            return;
        }
        var unit =
                new SimpleJavaFileObject(
                        URI.create("string:///" + file), SimpleJavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return text;
                    }
                };
        JavacTask task =
                (JavacTask)
                        ToolProvider.getSystemJavaCompiler()
                                .getTask(
                                        null,
                                        null,
                                        diagnostic -> {},
                                        List.of("--release", "25", "-proc:none"),
                                        null,
                                        List.of(unit));
        for (CompilationUnitTree tree : task.parse()) {
            Reader reader = new Reader(file, Trees.instance(task));
            reader.scan(tree, true);
            if (reader.holdsTests) {
                reader.found.forEach((id, found) ->
                        byId.computeIfAbsent(id, _ -> new TreeSet<>()).addAll(found));
            }
        }
    }

    private static final class Reader extends TreePathScanner<Boolean, Boolean> {
        private final String file;
        private final String type;
        private final Trees trees;
        private final SortedMap<String, SortedSet<Proof>> found = new TreeMap<>();
        private boolean holdsTests;
        private String method = "";

        Reader(String file, Trees trees) {
            this.file = file;
            this.trees = trees;
            String name = file.substring(file.lastIndexOf('/') + 1);
            this.type = name.substring(0, name.length() - ".java".length());
        }

        @Override
        public Boolean visitClass(ClassTree tree, Boolean inside) {
            if (!annotated(tree.getModifiers(), Set.of("Disabled"))) {
                document();
                super.visitClass(tree, inside);
            }
            return inside;
        }

        @Override
        public Boolean visitMethod(MethodTree tree, Boolean inside) {
            boolean test = annotated(tree.getModifiers(), TEST);
            if (test && annotated(tree.getModifiers(), Set.of("Disabled"))) {
                return inside;
            }
            holdsTests |= test;
            String outer = method;
            // what a method that is no test names, such as one that lists cases, is shown by the
            // class
            method = test ? tree.getName().toString() : outer;
            document();
            super.visitMethod(tree, inside);
            method = outer;
            return inside;
        }

        @Override
        public Boolean visitLiteral(LiteralTree tree, Boolean inside) {
            if (tree.getValue() instanceof String text) {
                name(text);
            }
            return inside;
        }

        private void document() {
            Optional.ofNullable(trees.getDocComment(getCurrentPath())).ifPresent(this::name);
        }

        private void name(String text) {
            Matcher id = ID.matcher(text);
            while (id.find()) {
                found.computeIfAbsent(id.group(), _ -> new TreeSet<>())
                        .add(new Proof(file, type, method));
            }
        }

        private static boolean annotated(ModifiersTree modifiers, Set<String> names) {
            return modifiers.getAnnotations().stream()
                    .anyMatch(each -> names.contains(each.getAnnotationType().toString()));
        }
    }
}
