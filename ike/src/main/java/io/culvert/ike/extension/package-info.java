/// Matters that ride on several exchanges: one file each.
@NullMarked
package io.culvert.ike.extension;

import org.jspecify.annotations.NullMarked;
