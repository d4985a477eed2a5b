/// The octets of IKEv2: header, payloads, notifications, and the codec between them and records.
///
/// [MessageCodec] is the door. A message that came in is a [DecodeResult], whatever its octets were; a message to send
/// is an [IkeMessage] of payloads, and what could be constructed can be encoded. Payloads keep the numbers they do not
/// know, so that nothing is lost between decoding and encoding. Nothing here knows keys, exchanges or policy.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3 RFC 7296 section 3
@NullMarked
package io.culvert.ike.wire;

import org.jspecify.annotations.NullMarked;
