package io.culvert.linux.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A network namespace for the length of one test, empty but for a loopback interface that is down.
///
/// Namespaces belong to threads: the test's body runs on a platform thread that has left the host's namespace, and so
/// do the threads and processes it starts. When they have ended the kernel removes the namespace and all in it.
public final class NetworkNamespace {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private NetworkNamespace() {}

    /// What runs inside.
    @FunctionalInterface
    public interface Body {
        /// Runs the test.
        void run() throws Exception;
    }

    /// Whether this process may make namespaces and TUN devices: as root, in general.
    public static boolean available() {
        try {
            CompletableFuture<Integer> unshared = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> unshared.complete(unshare()));
            return unshared.get(10, TimeUnit.SECONDS) == 0
                    && Files.isWritable(Path.of("/dev/net/tun"));
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Runs `body` in a namespace of its own and throws what it throws.
    public static void run(Body body) throws Exception {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        Thread thread =
                Thread.ofPlatform()
                        .name("namespace")
                        .daemon()
                        .start(() -> {
                            try {
                                if (unshare() != 0) {
                                    throw new IllegalStateException("unshare failed");
                                }
                                body.run();
                                done.complete(true);
                            } catch (Throwable e) {
                                done.completeExceptionally(e);
                            }
                        });
        try {
            done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception exception -> throw exception;
                case Error error -> throw error;
                default -> throw e;
            }
        } catch (TimeoutException e) {
            AssertionError stuck = new AssertionError("the test is stuck", e);
            stuck.setStackTrace(thread.getStackTrace());
            throw stuck;
        }
    }

    /// Gives up every capability of the calling thread, as if it belonged to an ordinary user.
    public static void dropCapabilities() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(8, 4);
            header.set(
                    ValueLayout.JAVA_INT,
                    0,
                    0x20080522); // _LINUX_CAPABILITY_VERSION_3; pid 0: this thread
            MemorySegment none =
                    arena.allocate(24, 4); // effective, permitted, inheritable, of 64 bits each
            FunctionDescriptor shape =
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
            int result = (int) link("capset", shape).invokeExact(header, none);
            if (result != 0) {
                throw new IllegalStateException("capset failed");
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /// Runs a command and returns what it printed.
    public static String command(String... words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", words) + ": " + printed);
        }
        return printed;
    }

    private static int unshare() {
        try {
            FunctionDescriptor shape =
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
            return (int) link("unshare", shape).invokeExact(CLONE_NEWNET);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(String name, FunctionDescriptor shape) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape);
    }
}
