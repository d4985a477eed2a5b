/// A deterministic simulator: many endpoints, one virtual clock, one seed.
@NullMarked
package io.culvert.sim;

import org.jspecify.annotations.NullMarked;
