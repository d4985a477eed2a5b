package io.culvert.esp.policy;

import io.culvert.esp.ip.IpHeaderView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which SA protects an outbound packet: the SPD, as an immutable snapshot.
///
/// Of several policies for a packet the one with the narrowest remote addresses decides, then one that names protocol or
/// ports, then the latest. Finding it does not look at policies for other addresses.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4301#section-4.4.1 RFC 4301 section 4.4.1
public final class SecurityPolicyDatabase<S> {
    /// One remote selector of a policy.
    private record Entry<S>(PacketSelector remote, SecurityPolicy<S> policy) {}

    private final PrefixTrie<List<Entry<S>>> ipv4;
    private final PrefixTrie<List<Entry<S>>> ipv6;
    private final Verdict<S> discard = new Verdict.Discard<>();

    private SecurityPolicyDatabase(
            PrefixTrie<List<Entry<S>>> ipv4, PrefixTrie<List<Entry<S>>> ipv6) {
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    /// Discards everything.
    public static <S> SecurityPolicyDatabase<S> empty() {
        return new SecurityPolicyDatabase<>(PrefixTrie.empty(), PrefixTrie.empty());
    }

    /// Whether everything is discarded.
    public boolean isEmpty() {
        return ipv4.isEmpty() && ipv6.isEmpty();
    }

    /// What to do with a packet.
    public Verdict<S> lookup(IpHeaderView packet) {
        PrefixTrie<List<Entry<S>>> trie = packet.isIpv6() ? ipv6 : ipv4;
        Verdict<S> verdict =
                trie.find(
                        packet.destinationHigh(),
                        packet.destinationLow(),
                        packet,
                        SecurityPolicyDatabase::decide);
        return verdict == null ? discard : verdict;
    }

    private static <S> @Nullable Verdict<S> decide(List<Entry<S>> entries, IpHeaderView packet) {
        for (int i = 0; i < entries.size(); i++) {
            Entry<S> entry = entries.get(i);
            if (entry.remote().selectsDestination(packet) && entry.policy().selectsLocal(packet)) {
                return entry.policy().verdict();
            }
        }
        return null;
    }

    /// The same policies and this one.
    public SecurityPolicyDatabase<S> with(SecurityPolicy<S> policy) {
        SecurityPolicyDatabase<S> changed = this;
        for (PacketSelector remote : policy.remoteSelectors()) {
            Entry<S> entry = new Entry<>(remote, policy);
            for (AddressPrefix prefix : AddressPrefix.ofRange(remote.addresses())) {
                List<Entry<S>> entries = changed.entries(remote, prefix).orElse(List.of());
                changed = changed.with(remote, prefix, insert(entries, entry));
            }
        }
        return changed;
    }

    /// The same policies but for this one.
    public SecurityPolicyDatabase<S> without(SecurityPolicy<S> policy) {
        SecurityPolicyDatabase<S> changed = this;
        for (PacketSelector remote : policy.remoteSelectors()) {
            for (AddressPrefix prefix : AddressPrefix.ofRange(remote.addresses())) {
                List<Entry<S>> kept =
                        changed.entries(remote, prefix).orElse(List.of()).stream()
                                .filter(entry -> entry.policy() != policy)
                                .toList();
                changed = changed.with(remote, prefix, kept);
            }
        }
        return changed;
    }

    private static <S> List<Entry<S>> insert(List<Entry<S>> entries, Entry<S> added) {
        List<Entry<S>> inserted = new ArrayList<>(entries);
        int at = 0;
        while (at < entries.size() && entries.get(at).remote().detail() > added.remote().detail()) {
            at++;
        }
        inserted.add(at, added);
        return List.copyOf(inserted);
    }

    private Optional<List<Entry<S>>> entries(PacketSelector remote, AddressPrefix prefix) {
        return (remote.ipv6() ? ipv6 : ipv4).get(prefix);
    }

    private SecurityPolicyDatabase<S> with(
            PacketSelector remote, AddressPrefix prefix, List<Entry<S>> entries) {
        PrefixTrie<List<Entry<S>>> trie = remote.ipv6() ? ipv6 : ipv4;
        PrefixTrie<List<Entry<S>>> changed =
                entries.isEmpty() ? trie.without(prefix) : trie.with(prefix, entries);
        return remote.ipv6()
                ? new SecurityPolicyDatabase<>(ipv4, changed)
                : new SecurityPolicyDatabase<>(changed, ipv6);
    }
}
