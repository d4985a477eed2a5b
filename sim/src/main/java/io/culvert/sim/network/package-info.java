/// A network that exists only in a computation: virtual time, links that lose and delay, NATs, firewalls, TCP.
@NullMarked
package io.culvert.sim.network;

import org.jspecify.annotations.NullMarked;
