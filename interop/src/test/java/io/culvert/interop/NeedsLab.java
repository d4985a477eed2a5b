package io.culvert.interop;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/// Tests that need root, network namespaces, TUN and the programs of the lab; skipped with the reason elsewhere.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("interop")
@ExtendWith({LabRequirements.class, WallClock.class})
@interface NeedsLab {}
