/// Small programs that show how to use Culvert.
@NullMarked
package io.culvert.examples;

import org.jspecify.annotations.NullMarked;
