/// The exchanges of IKEv2: one file each, both sides in it.
@NullMarked
package io.culvert.ike.exchange;

import org.jspecify.annotations.NullMarked;
