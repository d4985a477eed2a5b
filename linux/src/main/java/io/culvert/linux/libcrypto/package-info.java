/// Cryptography by OpenSSL's libcrypto, version 3, where the system has it.
@NullMarked
package io.culvert.linux.libcrypto;

import org.jspecify.annotations.NullMarked;
