package io.culvert.linux.route;

import io.culvert.ipsec.value.IpPrefix;
import java.net.InetAddress;
import java.util.Optional;

/// Something that can be added to the network configuration of the system, and removed again.
public sealed interface NetworkEntry {
    /// The main routing table, where everybody's routes are.
    int MAIN_TABLE = 254;

    /// An address of an interface.
    ///
    /// @param link the index of the interface
    /// @param address the address
    /// @param bits the length of the prefix that is on the link; 32 or 128 for the address alone
    record Address(int link, InetAddress address, int bits) implements NetworkEntry {
        /// Checks the length.
        public Address {
            if (bits < 0 || bits > address.getAddress().length * 8) {
                throw new IllegalArgumentException(
                        "no prefix length of " + address.getHostAddress() + ": " + bits);
            }
        }

        /// An address without neighbours.
        public static Address host(int link, InetAddress address) {
            return new Address(link, address, address.getAddress().length * 8);
        }

        @Override
        public String toString() {
            return "address " + address.getHostAddress() + "/" + bits;
        }
    }

    /// A route.
    ///
    /// @param destination the addresses it leads to
    /// @param link the index of the interface it leaves by
    /// @param gateway the next host, if not the destination itself
    /// @param source our address for packets that have none yet, if not the kernel's choice
    /// @param table the routing table it is in, such as [#MAIN_TABLE]
    record Route(
            IpPrefix destination,
            int link,
            Optional<InetAddress> gateway,
            Optional<InetAddress> source,
            int table)
            implements NetworkEntry {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("route " + destination);
            gateway.ifPresent(via -> text.append(" via ").append(via.getHostAddress()));
            source.ifPresent(from -> text.append(" from ").append(from.getHostAddress()));
            return table == MAIN_TABLE ? text.toString() : text + " in table " + table;
        }
    }

    /// A rule of policy routing: which packets look where for their route. Lower priorities come first.
    ///
    /// @param priority the order, 1 to 32765
    /// @param destination the packets it is about
    /// @param flow the packets of this host alone, of this protocol and these ports; if absent, all
    /// @param verdict what to do
    record Rule(int priority, IpPrefix destination, Optional<OuterFlow> flow, Verdict verdict)
            implements NetworkEntry {
        @Override
        public String toString() {
            return "rule " + priority + " for " + destination;
        }
    }

    /// What a [Rule] does.
    sealed interface Verdict {
        /// Use this table; where it has no route, go on with the next rule.
        record Lookup(int table) implements Verdict {}

        /// Use the routes of this table whose prefixes are longer; where there are none, go on with the next rule.
        record LookupLonger(int table, int bits) implements Verdict {}

        /// Go on with the rule of this higher priority.
        record Skip(int priority) implements Verdict {}

        /// Nothing; something for [Skip] to lead to.
        record Continue() implements Verdict {}
    }
}
