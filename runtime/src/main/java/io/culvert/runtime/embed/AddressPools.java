package io.culvert.runtime.embed;

import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Question;
import io.culvert.ike.auth.Identity;
import io.culvert.ipsec.value.IpPrefix;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Leases addresses to sessions. Safe for use by many threads.
///
/// A peer gets the address that it had before, or the one that it asks for, if that is free.
public final class AddressPools {
    /// How many peers' last addresses are remembered in each pool.
    private static final int REMEMBERED = 65_536;

    /// How many addresses that were given back rest in each pool while others were never leased.
    private static final int MOST_RESTING = 65_536;

    private final Map<String, Leases> pools = new LinkedHashMap<>();
    private final Map<Long, List<Lease>> held = new HashMap<>();

    private record Lease(Leases pool, InetAddress address) {}

    private record Holder(Identity identity, int sessions) {}

    /// Pools with all addresses free.
    public AddressPools(List<AddressPool> pools) {
        pools.forEach(p -> this.pools.put(p.name(), new Leases(p)));
    }

    /// Leases one address of each family that is wanted.
    ///
    /// @param session who holds them until it releases them
    public synchronized Answer lease(long session, Question.LeaseAddresses question) {
        List<Lease> leases = new ArrayList<>();
        Set<InetAddress> dns = new LinkedHashSet<>();
        for (InetAddress wanted : question.wanted()) {
            boolean familyDone = leases.stream().anyMatch(l -> sameFamily(l.address(), wanted));
            for (String name : familyDone ? List.<String>of() : question.pools()) {
                Leases pool = pools.get(name);
                if (pool == null || !sameFamily(pool.settings.addresses().base(), wanted)) {
                    continue;
                }
                Optional<InetAddress> free = pool.lease(question.identity(), wanted);
                if (free.isPresent()) {
                    leases.add(new Lease(pool, free.get()));
                    dns.addAll(pool.settings.dns());
                    break;
                }
            }
        }
        if (leases.isEmpty()) {
            return new Answer.AddressesRefused(
                    "no free address of the wanted kind in "
                            + (question.pools().isEmpty()
                                    ? "any pool, because the connection names none"
                                    : "the pools " + String.join(", ", question.pools())));
        }
        held.computeIfAbsent(session, _ -> new ArrayList<>(2)).addAll(leases);
        return new Answer.AddressesLeased(
                leases.stream().map(Lease::address).toList(), List.copyOf(dns));
    }

    /// Takes addresses back from a session.
    ///
    /// @return those that it did not have from here
    public synchronized List<InetAddress> release(long session, List<InetAddress> addresses) {
        List<InetAddress> others = new ArrayList<>(addresses);
        List<Lease> leases = held.getOrDefault(session, new ArrayList<>());
        leases.removeIf(lease -> {
            boolean named = others.remove(lease.address());
            if (named) {
                lease.pool().free(lease.address());
            }
            return named;
        });
        if (leases.isEmpty()) {
            held.remove(session);
        }
        return others;
    }

    /// Takes all addresses back from a session.
    public synchronized void releaseAll(long session) {
        List<Lease> leases = held.remove(session);
        if (leases != null) {
            leases.forEach(lease -> lease.pool().free(lease.address()));
        }
    }

    /// How many addresses are leased.
    public synchronized int leased() {
        return held.values().stream().mapToInt(List::size).sum();
    }

    private static boolean sameFamily(InetAddress one, InetAddress other) {
        return one instanceof Inet6Address == other instanceof Inet6Address;
    }

    /// The leases of one pool. Guarded by the pools.
    private static final class Leases {
        private final AddressPool settings;
        private final BigInteger first;
        private final BigInteger last;
        private final Map<InetAddress, Holder> taken = new HashMap<>();

        /// Free ones that were leased, the one given back first in front.
        private final LinkedHashSet<InetAddress> returned = new LinkedHashSet<>();

        private final LinkedHashMap<Identity, InetAddress> remembered = new LinkedHashMap<>();

        /// The first that was never leased in turn.
        private BigInteger next;

        Leases(AddressPool settings) {
            this.settings = settings;
            IpPrefix prefix = settings.addresses();
            int free = prefix.base().getAddress().length * 8 - prefix.bits();
            boolean edges = free < 2;
            BigInteger margin = edges ? BigInteger.ZERO : BigInteger.ONE;
            first = number(prefix.base()).add(margin);
            // in IPv6 the last address is an address like others
            last =
                    number(prefix.last())
                            .subtract(
                                    prefix.base() instanceof Inet6Address
                                            ? BigInteger.ZERO
                                            : margin);
            next = first;
        }

        Optional<InetAddress> lease(Identity identity, InetAddress wanted) {
            Holder holder = taken.get(wanted);
            if (holder != null && holder.identity.equals(identity) && isSomebody(identity)) {
                // who authenticates anew keeps its address until the older session is gone
                taken.put(wanted, new Holder(identity, holder.sessions + 1));
                return Optional.of(wanted);
            }
            Optional<InetAddress> chosen =
                    Optional.ofNullable(remembered.get(identity)).filter(this::isFree);
            if (chosen.isEmpty() && !wanted.isAnyLocalAddress() && isFree(wanted)) {
                chosen = Optional.of(wanted);
            }
            if (chosen.isEmpty()) {
                chosen = anyFree();
            }
            chosen.ifPresent(address -> {
                returned.remove(address);
                taken.put(address, new Holder(identity, 1));
                remember(identity, address);
            });
            return chosen;
        }

        void free(InetAddress address) {
            Holder holder = taken.remove(address);
            if (holder != null && holder.sessions > 1) {
                taken.put(address, new Holder(holder.identity, holder.sessions - 1));
            } else if (holder != null) {
                returned.add(address);
            }
        }

        /// The free address that was not used for longest, so that late packets for an old holder find nobody: one that
        /// nobody had yet, then the one that was given back first. It does not search among the leased ones, and does not
        /// let a large pool collect all that were ever leased.
        private Optional<InetAddress> anyFree() {
            while (next.compareTo(last) <= 0 && returned.size() < MOST_RESTING) {
                InetAddress candidate = address(next);
                next = next.add(BigInteger.ONE);
                if (isFree(candidate) && !returned.contains(candidate)) {
                    return Optional.of(candidate);
                }
            }
            return returned.stream().findFirst();
        }

        private boolean isFree(InetAddress address) {
            if (!settings.addresses().contains(address)) {
                return false;
            }
            BigInteger number = number(address);
            return number.compareTo(first) >= 0
                    && number.compareTo(last) <= 0
                    && !taken.containsKey(address)
                    && !settings.dns().contains(address);
        }

        /// Two who are anonymous are never the same (RFC 7619 section 2.3): neither may have the other's address.
        private static boolean isSomebody(Identity identity) {
            return !identity.equals(Identity.NULL);
        }

        private void remember(Identity identity, InetAddress address) {
            if (!isSomebody(identity)) {
                return;
            }
            remembered.remove(identity);
            remembered.put(identity, address);
            if (remembered.size() > REMEMBERED) {
                remembered.pollFirstEntry();
            }
        }

        private InetAddress address(BigInteger number) {
            int octets = settings.addresses().base().getAddress().length;
            byte[] shortest = number.toByteArray();
            byte[] full = new byte[octets];
            int copied = Math.min(octets, shortest.length);
            System.arraycopy(shortest, shortest.length - copied, full, octets - copied, copied);
            return IpPrefix.address(full);
        }

        private static BigInteger number(InetAddress address) {
            return new BigInteger(
                    1, Arrays.copyOf(address.getAddress(), address.getAddress().length));
        }
    }
}
