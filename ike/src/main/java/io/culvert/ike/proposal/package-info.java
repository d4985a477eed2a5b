/// Proposals as configured and negotiated, and the narrowing of traffic selectors.
@NullMarked
package io.culvert.ike.proposal;

import org.jspecify.annotations.NullMarked;
