/// What a system call says when it fails.
@NullMarked
package io.culvert.linux.sys;

import org.jspecify.annotations.NullMarked;
