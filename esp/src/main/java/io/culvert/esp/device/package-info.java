/// The data plane in user space, and devices that need no kernel.
@NullMarked
package io.culvert.esp.device;

import org.jspecify.annotations.NullMarked;
