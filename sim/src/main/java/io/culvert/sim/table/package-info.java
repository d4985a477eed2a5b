/// Which transport gets through which network, and how soon: thousands of small worlds counted in a table.
@NullMarked
package io.culvert.sim.table;

import org.jspecify.annotations.NullMarked;
