/// The blocking API for programs that embed Culvert.
@NullMarked
package io.culvert.runtime.embed;

import org.jspecify.annotations.NullMarked;
