/// `culvert bench`: what this machine does in a second, and what an SA costs.
@NullMarked
package io.culvert.app.bench;

import org.jspecify.annotations.NullMarked;
