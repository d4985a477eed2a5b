/// Stories that simulated worlds live through: what exists in them, what befalls them, what must hold in the end.
@NullMarked
package io.culvert.sim.scenario;

import org.jspecify.annotations.NullMarked;
