package io.culvert.interop;

import java.time.Duration;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Prints how long each scenario took.
final class WallClock implements BeforeTestExecutionCallback, AfterTestExecutionCallback {
    private static final ExtensionContext.Namespace STORE =
            ExtensionContext.Namespace.create(WallClock.class);

    @Override
    public void beforeTestExecution(ExtensionContext context) {
        context.getStore(STORE).put("start", System.nanoTime());
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        long start = context.getStore(STORE).get("start", Long.class);
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        System.out.printf(
                "interop: %s, %s: %s in %d.%d s%n",
                context.getParent().map(ExtensionContext::getDisplayName).orElse(""),
                context.getDisplayName(),
                context.getExecutionException().isPresent() ? "FAILED" : "passed",
                time.toSeconds(),
                time.toMillisPart() / 100);
    }
}
