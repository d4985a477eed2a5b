/// A gateway and its client in one process: a whole tunnel that needs no privilege, no file and no second machine.
@NullMarked
package io.culvert.app.demo;

import org.jspecify.annotations.NullMarked;
