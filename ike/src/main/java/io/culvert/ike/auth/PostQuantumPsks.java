package io.culvert.ike.auth;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.util.List;
import java.util.Optional;

/// The post-quantum pre-shared keys (PPKs) of a connection: who has recorded its key exchange and breaks that one day
/// cannot read it without them.
///
/// @spec https://www.rfc-editor.org/rfc/rfc8784#section-3 RFC 8784 section 3
/// @param keys as an initiator we use the first; a peer may name any
/// @spec https://www.rfc-editor.org/rfc/rfc9867#section-3 RFC 9867 section 3
/// @param required whether nothing goes without
/// @param early whether they are used in IKE_INTERMEDIATE where the peer can do that, so that they protect identities, too
public record PostQuantumPsks(List<Ppk> keys, boolean required, boolean early) {
    /// None.
    public static final PostQuantumPsks NONE = new PostQuantumPsks(List.of(), false, false);

    /// One key.
    ///
    /// @param id its name, which both sides know; not secret
    /// @param key the key; not closed
    public record Ppk(Octets id, KeyMaterial key) {}

    /// Copies the list.
    public PostQuantumPsks {
        keys = List.copyOf(keys);
        if (required && keys.isEmpty()) {
            throw new IllegalArgumentException("a PPK is required, and there is none");
        }
    }

    /// Whether there is any.
    public boolean isUsed() {
        return !keys.isEmpty();
    }

    /// The key of this name.
    public Optional<Ppk> named(Octets id) {
        return keys.stream().filter(ppk -> ppk.id().equals(id)).findFirst();
    }
}
