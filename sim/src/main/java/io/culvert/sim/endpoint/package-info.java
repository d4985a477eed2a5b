/// Simulated endpoints around real sessions, and the rules that they must never break.
@NullMarked
package io.culvert.sim.endpoint;

import org.jspecify.annotations.NullMarked;
