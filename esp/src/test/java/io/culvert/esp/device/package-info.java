/// Tests of the data plane in user space and its devices.
@NullMarked
package io.culvert.esp.device;

import org.jspecify.annotations.NullMarked;
