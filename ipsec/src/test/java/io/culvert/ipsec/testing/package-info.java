/// Seeded generators and contract suites shared by the tests of every room.
@NullMarked
package io.culvert.ipsec.testing;

import org.jspecify.annotations.NullMarked;
