/// The command line of the program `culvert`.
@NullMarked
package io.culvert.app.cli;

import org.jspecify.annotations.NullMarked;
