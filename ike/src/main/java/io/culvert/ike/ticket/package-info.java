/// A gateway's tickets for session resumption (RFC 5723): sealed, so that the client carries the state, or stored.
@NullMarked
package io.culvert.ike.ticket;

import org.jspecify.annotations.NullMarked;
