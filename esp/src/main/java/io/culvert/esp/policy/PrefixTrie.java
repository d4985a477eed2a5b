package io.culvert.esp.policy;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An immutable map from prefixes to values, in which the prefixes of an address are found from the longest to the
/// shortest.
///
/// A change makes a new trie that shares all but the changed path with the old one: ten thousand SAs come and go
/// without copying ten thousand entries. Looking up takes one step for each prefix of the address that is in the map or
/// where two prefixes part.
final class PrefixTrie<V> {
    /// Looks at the value of a prefix.
    @FunctionalInterface
    interface Visitor<V, C, R> {
        /// The answer, or null to go on with the next shorter prefix.
        @Nullable R visit(V value, C context);
    }

    /// A prefix; without a value it is where two longer ones part.
    private record Node<V>(
            AddressPrefix prefix,
            @Nullable V value,
            @Nullable Node<V> zero,
            @Nullable Node<V> one) {
        Node<V> withValue(@Nullable V newValue) {
            return new Node<>(prefix, newValue, zero, one);
        }

        Node<V> withChild(boolean ones, @Nullable Node<V> child) {
            return ones
                    ? new Node<>(prefix, value, zero, child)
                    : new Node<>(prefix, value, child, one);
        }

        @Nullable Node<V> child(boolean ones) {
            return ones ? one : zero;
        }
    }

    private final @Nullable Node<V> root;

    private PrefixTrie(@Nullable Node<V> root) {
        this.root = root;
    }

    static <V> PrefixTrie<V> empty() {
        return new PrefixTrie<>(null);
    }

    boolean isEmpty() {
        return root == null;
    }

    /// The value of exactly this prefix.
    Optional<V> get(AddressPrefix prefix) {
        Node<V> node = root;
        while (node != null && node.prefix().bits() < prefix.bits()) {
            node = node.child(node.prefix().branch(prefix.high(), prefix.low()));
        }
        return node != null && node.prefix().equals(prefix)
                ? Optional.ofNullable(node.value())
                : Optional.empty();
    }

    /// The first answer that `visitor` gives for the prefixes of an address, the longest first.
    <C, R> @Nullable R find(long high, long low, C context, Visitor<V, C, R> visitor) {
        return find(root, high, low, context, visitor);
    }

    private static <V, C, R> @Nullable R find(
            @Nullable Node<V> node, long high, long low, C context, Visitor<V, C, R> visitor) {
        if (node == null || !node.prefix().covers(high, low)) {
            return null;
        }
        if (node.prefix().bits() < AddressPrefix.MAX_BITS) {
            Node<V> child = node.child(node.prefix().branch(high, low));
            R answer = find(child, high, low, context, visitor);
            if (answer != null) {
                return answer;
            }
        }
        V value = node.value();
        return value == null ? null : visitor.visit(value, context);
    }

    /// The same map with this value for this prefix.
    PrefixTrie<V> with(AddressPrefix prefix, V value) {
        return new PrefixTrie<>(with(root, prefix, value));
    }

    private static <V> Node<V> with(@Nullable Node<V> node, AddressPrefix prefix, V value) {
        Node<V> leaf = new Node<>(prefix, value, null, null);
        if (node == null) {
            return leaf;
        }
        AddressPrefix mine = node.prefix();
        AddressPrefix common = mine.common(prefix);
        if (common.equals(mine)) {
            if (common.equals(prefix)) {
                return node.withValue(value);
            }
            boolean ones = mine.branch(prefix.high(), prefix.low());
            return node.withChild(ones, with(node.child(ones), prefix, value));
        }
        boolean nodeIsOnes = common.branch(mine.high(), mine.low());
        if (common.equals(prefix)) {
            return leaf.withChild(nodeIsOnes, node);
        }
        Node<V> fork = new Node<>(common, null, null, null);
        return fork.withChild(nodeIsOnes, node).withChild(!nodeIsOnes, leaf);
    }

    /// The same map without this prefix.
    PrefixTrie<V> without(AddressPrefix prefix) {
        return new PrefixTrie<>(without(root, prefix));
    }

    private static <V> @Nullable Node<V> without(@Nullable Node<V> node, AddressPrefix prefix) {
        if (node == null) {
            return null;
        }
        AddressPrefix mine = node.prefix();
        if (mine.equals(prefix)) {
            return collapse(node.withValue(null));
        }
        if (!mine.common(prefix).equals(mine)) {
            return node;
        }
        boolean ones = mine.branch(prefix.high(), prefix.low());
        return collapse(node.withChild(ones, without(node.child(ones), prefix)));
    }

    private static <V> @Nullable Node<V> collapse(Node<V> node) {
        if (node.value() != null || (node.zero() != null && node.one() != null)) {
            return node;
        }
        return node.zero() != null ? node.zero() : node.one();
    }
}
