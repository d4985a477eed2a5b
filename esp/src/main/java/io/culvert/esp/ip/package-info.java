/// Inner IP packets: reading their headers, and telling a sender that a packet is too big.
@NullMarked
package io.culvert.esp.ip;

import org.jspecify.annotations.NullMarked;
