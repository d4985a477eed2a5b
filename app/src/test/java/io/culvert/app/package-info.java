/// The laws of the house, checked over all shipped rooms.
@NullMarked
package io.culvert.app;

import org.jspecify.annotations.NullMarked;
