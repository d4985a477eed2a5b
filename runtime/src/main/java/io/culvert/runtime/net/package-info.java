/// Sockets: UDP ports, TCP listeners and connections, and who waits on them.
@NullMarked
package io.culvert.runtime.net;

import org.jspecify.annotations.NullMarked;
