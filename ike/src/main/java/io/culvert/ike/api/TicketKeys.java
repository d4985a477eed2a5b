package io.culvert.ike.api;

import io.culvert.ipsec.value.KeyMaterial;
import java.util.Optional;

/// The keys that seal tickets. They change from time to time, and outlive the process. Safe for use by many threads.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5723#section-6.1 RFC 5723 section 6.1
public interface TicketKeys {
    /// The octets of a key, for AES-256.
    int KEY_OCTETS = 32;

    /// A key and its name, which a ticket has in clear.
    record TicketKey(int id, KeyMaterial key) {}

    /// The key for new tickets.
    TicketKey current();

    /// A key that tickets may still be sealed by.
    Optional<TicketKey> named(int id);
}
