/// The daemon: wiring of the rooms, what it tells, and what it leaves behind, which is nothing.
@NullMarked
package io.culvert.app.daemon;

import org.jspecify.annotations.NullMarked;
