/// The configuration file: reading it, and telling all mistakes in it at once.
@NullMarked
package io.culvert.app.config;

import org.jspecify.annotations.NullMarked;
