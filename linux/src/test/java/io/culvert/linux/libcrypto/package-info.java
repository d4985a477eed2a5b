/// Tests of the provider on libcrypto.
@NullMarked
package io.culvert.linux.libcrypto;

import org.jspecify.annotations.NullMarked;
