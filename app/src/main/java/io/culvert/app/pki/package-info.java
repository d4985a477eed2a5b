/// Test certificates: a small CA, keys in PEM, and the DER beneath.
@NullMarked
package io.culvert.app.pki;

import org.jspecify.annotations.NullMarked;
