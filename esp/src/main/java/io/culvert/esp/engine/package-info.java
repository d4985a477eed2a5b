/// ESP for one Security Association: seal and open packets in place.
@NullMarked
package io.culvert.esp.engine;

import org.jspecify.annotations.NullMarked;
