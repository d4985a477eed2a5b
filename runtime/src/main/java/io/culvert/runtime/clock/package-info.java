/// Time: where the runtime reads it and waits for it.
@NullMarked
package io.culvert.runtime.clock;

import org.jspecify.annotations.NullMarked;
