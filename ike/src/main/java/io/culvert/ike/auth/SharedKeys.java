package io.culvert.ike.auth;

import io.culvert.ipsec.value.KeyMaterial;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The configured pre-shared keys.
///
/// @param entries in the order of the configuration
public record SharedKeys(List<Entry> entries) {
    /// No keys.
    public static final SharedKeys NONE = new SharedKeys(List.of());

    /// One key and whose it is.
    ///
    /// @param owners the identities that share it; empty for everybody
    /// @param key the key
    public record Entry(List<IdentityPattern> owners, KeyMaterial key) {
        /// Copies the list.
        public Entry {
            owners = List.copyOf(owners);
        }

        private int fit(Identity local, Identity remote) {
            if (owners.isEmpty()) {
                return 1;
            }
            return 1 + best(remote) * 4 + best(local);
        }

        private boolean covers(Identity remote) {
            return owners.isEmpty() || best(remote) > 0;
        }

        private int best(Identity identity) {
            return owners.stream().mapToInt(o -> o.specificity(identity)).max().orElse(0);
        }
    }

    /// Copies the list.
    public SharedKeys {
        entries = List.copyOf(entries);
    }

    /// The key that fits two identities best: the peer's identity must be among its owners, and ours counts too.
    public Optional<KeyMaterial> find(Identity local, Identity remote) {
        return entries.stream()
                .filter(e -> e.covers(remote))
                .max(Comparator.comparingInt(e -> e.fit(local, remote)))
                .map(Entry::key);
    }

    /// The key with which we begin towards a peer whose identity we do not know yet: one of ours. Never used to
    /// check a peer's proof.
    public Optional<KeyMaterial> findForUnknownPeer(Identity local) {
        return entries.stream()
                .filter(e -> e.owners.isEmpty() || e.best(local) > 0)
                .findFirst()
                .map(Entry::key);
    }
}
