/// Culvert on a real network, beside other implementations.
///
/// A [io.culvert.interop.Lab] is a set of Linux network namespaces which lives as long as one test. Its hosts run
/// strongSwan, Culvert, or the tools that watch them; packets go nowhere else. The tests that use it
/// are named `*IT`, need root, and are skipped with the reason where the machine lacks something.
@NullMarked
package io.culvert.interop;

import org.jspecify.annotations.NullMarked;
