/// The Extensible Authentication Protocol: conversations, methods, and who is asked to hold them. Pure.
@NullMarked
package io.culvert.ike.eap;

import org.jspecify.annotations.NullMarked;
