/// Tests of the cryptography contract and of the provider that needs the JDK alone.
@NullMarked
package io.culvert.ipsec.crypto;

import org.jspecify.annotations.NullMarked;
