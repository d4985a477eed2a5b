/// TUN devices: network interfaces whose packets come to this program.
@NullMarked
package io.culvert.linux.tun;

import org.jspecify.annotations.NullMarked;
