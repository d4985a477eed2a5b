/// Where IKE messages travel: paths, framing of streams and datagrams, schedules and rules.
@NullMarked
package io.culvert.ike.transport;

import org.jspecify.annotations.NullMarked;
