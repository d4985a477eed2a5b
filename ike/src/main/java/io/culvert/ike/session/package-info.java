/// Sessions: the only place where exchanges meet and state changes.
@NullMarked
package io.culvert.ike.session;

import org.jspecify.annotations.NullMarked;
