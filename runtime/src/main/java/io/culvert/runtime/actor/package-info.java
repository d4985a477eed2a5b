/// Who runs sessions: actors, the way of a message to its session, and the front desk for strangers.
@NullMarked
package io.culvert.runtime.actor;

import org.jspecify.annotations.NullMarked;
