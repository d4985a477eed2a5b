package io.culvert.ipsec.testing;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// One Java source file as [TidyTest] sees it: its text, and what the compiler's parser finds in it.
final class SourceFile {
    /// A method and how many lines it has, from its name to its closing brace.
    record Method(String name, int line, int lines, boolean overrides) {}

    private final String path;
    private final String text;
    private final List<Method> methods = new ArrayList<>();
    private final List<String> types = new ArrayList<>();
    private final List<String> selections = new ArrayList<>();

    private SourceFile(String path, String text) {
        this.path = path;
        this.text = text;
    }

    static SourceFile read(Path room, Path file) {
        try {
            String path = room.relativize(file).toString().replace('\\', '/');
            return parse(path, Files.readString(file));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static SourceFile parse(String path, String text) {
        SourceFile source = new SourceFile(path, text);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var unit =
                new SimpleJavaFileObject(
                        URI.create("string:///" + path), SimpleJavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return text;
                    }
                };
        var options = List.of("--release", "25", "-proc:none");
        JavacTask task =
                (JavacTask)
                        compiler.getTask(
                                null, null, diagnostic -> {}, options, null, List.of(unit));
        SourcePositions positions = Trees.instance(task).getSourcePositions();
        try {
            for (CompilationUnitTree tree : task.parse()) {
                source.new Reader(tree, positions).scan(tree, null);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return source;
    }

    /// Where it is, from the folder of the room.
    String path() {
        return path;
    }

    String text() {
        return text;
    }

    /// The number of lines.
    int lines() {
        return (int) text.lines().count();
    }

    List<Method> methods() {
        return methods;
    }

    /// The simple names of all types it declares.
    List<String> types() {
        return types;
    }

    /// Every selection in its code, such as `Thread.sleep`, the last two names of it.
    List<String> selections() {
        return selections;
    }

    boolean isTest() {
        return path.startsWith("src/test/");
    }

    private final class Reader extends TreeScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;

        Reader(CompilationUnitTree unit, SourcePositions positions) {
            this.unit = unit;
            this.positions = positions;
        }

        @Override
        public Void visitClass(ClassTree tree, Void unused) {
            if (!tree.getSimpleName().isEmpty()) {
                types.add(tree.getSimpleName().toString());
            }
            return super.visitClass(tree, null);
        }

        @Override
        public Void visitMethod(MethodTree tree, Void unused) {
            Tree first = tree.getReturnType() == null ? tree : tree.getReturnType();
            long start = positions.getStartPosition(unit, first);
            long end = positions.getEndPosition(unit, tree);
            if (start >= 0 && end >= 0) {
                LineMap map = unit.getLineMap();
                int line = (int) map.getLineNumber(start);
                int lines = (int) map.getLineNumber(end) - line + 1;
                methods.add(new Method(tree.getName().toString(), line, lines, overrides(tree)));
            }
            return super.visitMethod(tree, null);
        }

        @Override
        public Void visitMemberSelect(MemberSelectTree tree, Void unused) {
            String owner = tree.getExpression().toString();
            String last = owner.substring(owner.lastIndexOf('.') + 1);
            selections.add(last + "." + tree.getIdentifier());
            return super.visitMemberSelect(tree, null);
        }

        private static boolean overrides(MethodTree tree) {
            return tree.getModifiers().getAnnotations().stream()
                    .map(AnnotationTree::getAnnotationType)
                    .anyMatch(type -> type.toString().equals("Override"));
        }
    }
}
