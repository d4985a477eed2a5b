/// What the tests of this room share.
@NullMarked
package io.culvert.linux.testing;

import org.jspecify.annotations.NullMarked;
