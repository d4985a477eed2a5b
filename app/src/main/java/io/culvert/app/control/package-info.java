/// The control socket: one JSON line asks, JSON lines answer.
@NullMarked
package io.culvert.app.control;

import org.jspecify.annotations.NullMarked;
