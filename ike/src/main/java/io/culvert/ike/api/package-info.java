/// How the world talks to a session: configuration, inputs, actions, events, questions.
@NullMarked
package io.culvert.ike.api;

import org.jspecify.annotations.NullMarked;
