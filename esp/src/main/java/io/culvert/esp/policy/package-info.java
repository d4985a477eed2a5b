/// Which packet goes through which SA: the SPD and the SAD as immutable snapshots.
@NullMarked
package io.culvert.esp.policy;

import org.jspecify.annotations.NullMarked;
