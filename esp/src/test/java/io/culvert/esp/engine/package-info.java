/// Tests of sealing and opening.
@NullMarked
package io.culvert.esp.engine;

import org.jspecify.annotations.NullMarked;
