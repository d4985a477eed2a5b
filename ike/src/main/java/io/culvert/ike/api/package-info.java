/// What goes into the IKEv2 core and what comes out of it.
@NullMarked
package io.culvert.ike.api;

import org.jspecify.annotations.NullMarked;
