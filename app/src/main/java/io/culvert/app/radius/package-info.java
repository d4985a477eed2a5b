/// A RADIUS client that carries EAP: the answers of peers go to a server, and its requests, its verdict and the key come
/// back.
@NullMarked
package io.culvert.app.radius;

import org.jspecify.annotations.NullMarked;
