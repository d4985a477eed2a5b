/// The few calls of the C library that the room makes, with bounds checked before each.
@NullMarked
package io.culvert.linux.libc;

import org.jspecify.annotations.NullMarked;
