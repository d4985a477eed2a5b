/// The contract between whoever negotiates Child SAs and whoever carries their packets.
@NullMarked
package io.culvert.ipsec.dataplane;

import org.jspecify.annotations.NullMarked;
