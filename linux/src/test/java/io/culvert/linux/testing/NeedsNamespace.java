package io.culvert.linux.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/// A test that runs in a [NetworkNamespace], skipped where none can be made.
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(
        value = "io.culvert.linux.testing.NetworkNamespace#available",
        disabledReason = "network namespaces and TUN devices need root")
public @interface NeedsNamespace {}
