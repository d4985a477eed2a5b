/// Packet buffers and the devices, ports and outlets that carry them.
@NullMarked
package io.culvert.ipsec.packet;

import org.jspecify.annotations.NullMarked;
