/// What the standards ask of Culvert, which test shows each requirement, and the pages that say so.
@NullMarked
package io.culvert.app.requirements;

import org.jspecify.annotations.NullMarked;
