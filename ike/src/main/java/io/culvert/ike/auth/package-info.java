/// Identities, and the proofs that two peers give each other.
@NullMarked
package io.culvert.ike.auth;

import org.jspecify.annotations.NullMarked;
