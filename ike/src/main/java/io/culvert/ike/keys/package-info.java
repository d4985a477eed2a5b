/// The keys of an IKE SA and its Child SAs, and the protection of messages with them.
///
/// [IkeKeys] and [ChildKeys] derive, [SkProtection] seals and opens the SK and SKF payloads of one direction.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.13 RFC 7296 section 2.13
@NullMarked
package io.culvert.ike.keys;

import org.jspecify.annotations.NullMarked;
