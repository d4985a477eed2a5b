/// The shared words: octet strings, SPIs, traffic selectors, key material, monotonic time.
@NullMarked
package io.culvert.ipsec.value;

import org.jspecify.annotations.NullMarked;
