/// Culvert against other IPsec implementations in Linux network namespaces.
@NullMarked
package io.culvert.interop;

import org.jspecify.annotations.NullMarked;
