/// What cryptography is asked of a provider, and the provider that needs the JDK alone.
@NullMarked
package io.culvert.ipsec.crypto;

import org.jspecify.annotations.NullMarked;
