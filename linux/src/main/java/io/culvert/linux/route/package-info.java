/// Addresses, routes and policy rules through rtnetlink, undone when their owner closes.
@NullMarked
package io.culvert.linux.route;

import org.jspecify.annotations.NullMarked;
