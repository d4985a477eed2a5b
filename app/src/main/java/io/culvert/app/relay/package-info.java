/// `culvert relay`: carries IKE and ESP between TCP and UDP for programs that speak only one of them, without any keys.
@NullMarked
package io.culvert.app.relay;

import org.jspecify.annotations.NullMarked;
