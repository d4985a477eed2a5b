/// Tests of the SPD and the SAD.
@NullMarked
package io.culvert.esp.policy;

import org.jspecify.annotations.NullMarked;
