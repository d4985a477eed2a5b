/// Linux system calls: layouts, error numbers and handles.
@NullMarked
package io.culvert.linux.sys;

import org.jspecify.annotations.NullMarked;
