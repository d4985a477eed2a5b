/// ESP as a function of buffers: sealing and opening, sequence numbers and replay.
@NullMarked
package io.culvert.esp.engine;

import org.jspecify.annotations.NullMarked;
