/// Tests of reading and answering inner IP packets.
@NullMarked
package io.culvert.esp.ip;

import org.jspecify.annotations.NullMarked;
