/// The deterministic simulator: one seed gives one course of events, rules are checked at every step. Not shipped.
@NullMarked
package io.culvert.sim;

import org.jspecify.annotations.NullMarked;
