/// Benchmarks of the handshake and of the data path.
@NullMarked
package io.culvert.bench;

import org.jspecify.annotations.NullMarked;
