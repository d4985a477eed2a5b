package io.culvert.ike.wire;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/// What a configuration attribute says.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.15.1 RFC 7296 section 3.15.1
public sealed interface ConfigurationValue {
    /// Nothing: any value is asked for.
    record Any() implements ConfigurationValue {}

    /// One address: of a host, a netmask, a server.
    ///
    /// @param address the address
    record Address(InetAddress address) implements ConfigurationValue {}

    /// An IPv6 address with the length of its prefix.
    ///
    /// @param address the address, its host part included
    /// @param prefixBits 0 to 128
    record AddressWithPrefix(InetAddress address, int prefixBits) implements ConfigurationValue {
        /// Checks family and range.
        public AddressWithPrefix {
            Wire.requireRange(prefixBits, 0, 128, "prefix length");
            if (address instanceof Inet4Address) {
                throw new IllegalArgumentException("an IPv4 address has a netmask beside it");
            }
        }
    }

    /// A network behind the sender.
    ///
    /// @param prefix the network
    record Network(IpPrefix prefix) implements ConfigurationValue {}

    /// Text in UTF-8: a version, a domain name.
    ///
    /// @param text the text
    record Text(String text) implements ConfigurationValue {}

    /// Attribute types that the sender understands.
    ///
    /// @param types the types
    record Supported(List<ConfigurationAttributeType> types) implements ConfigurationValue {
        /// Copies the list.
        public Supported {
            types = List.copyOf(types);
        }
    }

    /// A DNSSEC trust anchor for the domain in the attribute before, RFC 8598.
    ///
    /// @param keyTag 16 bits
    /// @param algorithm the DNSSEC algorithm
    /// @param digestType the algorithm of the digest
    /// @param digest the digest of the key, not empty
    record TrustAnchor(int keyTag, int algorithm, int digestType, Octets digest)
            implements ConfigurationValue {
        /// Checks ranges.
        public TrustAnchor {
            Wire.requireU16(keyTag, "key tag");
            Wire.requireU8(algorithm, "algorithm");
            Wire.requireU8(digestType, "digest type");
            Wire.requireSize(digest, 1, Wire.MAX_BODY_OCTETS - 12, "digest");
        }
    }

    /// Octets of a type that is not read here.
    ///
    /// @param value the octets
    record Raw(Octets value) implements ConfigurationValue {}

    /// Octets that do not fit the type; the attribute is to be ignored (IK-123).
    ///
    /// @param value the octets
    record Unusable(Octets value) implements ConfigurationValue {}

    /// The octets on the wire.
    default Octets toOctets() {
        return switch (this) {
            case Any _ -> Octets.EMPTY;
            case Address(InetAddress address) -> Octets.wrap(address.getAddress());
            case AddressWithPrefix(InetAddress address, int bits) ->
                    new OctetsBuilder(17).octets(address.getAddress()).u8(bits).build();
            case Network(IpPrefix prefix) -> network(prefix);
            case Text(String text) -> Octets.wrap(text.getBytes(StandardCharsets.UTF_8));
            case Supported(List<ConfigurationAttributeType> types) -> {
                OctetsBuilder out = new OctetsBuilder();
                types.forEach(type -> out.u16(type.value()));
                yield out.build();
            }
            case TrustAnchor(int keyTag, int algorithm, int digestType, Octets digest) ->
                    new OctetsBuilder()
                            .u16(keyTag)
                            .u8(algorithm)
                            .u8(digestType)
                            .octets(digest)
                            .build();
            case Raw(Octets value) -> value;
            case Unusable(Octets value) -> value;
        };
    }

    /// Reads the value of an attribute of this type. Total.
    static ConfigurationValue read(ConfigurationAttributeType type, Octets value) {
        if (value.isEmpty()) {
            return new Any();
        }
        // numbers of RFC 7296 section 3.15.1 and its extensions, named in
        // ConfigurationAttributeType
        return switch (type.value()) {
            case 1, 2, 3, 4, 6, 20 -> address(value, 4);
            case 10, 12, 21 -> address(value, 16);
            case 8, 15, 18 -> addressWithPrefix(type, value);
            case 13 -> networkWithNetmask(value);
            case 7, 25 -> text(value);
            case 14 -> supported(value);
            case 26 -> trustAnchor(value);
            default -> new Raw(value);
        };
    }

    private static ConfigurationValue address(Octets value, int octets) {
        return value.size() == octets
                ? new Address(IpPrefix.address(value.toArray()))
                : new Unusable(value);
    }

    private static ConfigurationValue addressWithPrefix(
            ConfigurationAttributeType type, Octets value) {
        if (value.size() != 17 || value.u8(16) > 128) {
            return new Unusable(value);
        }
        InetAddress address = IpPrefix.address(value.slice(0, 16).toArray());
        int bits = value.u8(16);
        return type.equals(ConfigurationAttributeType.INTERNAL_IP6_ADDRESS)
                ? new AddressWithPrefix(address, bits)
                : new Network(new IpPrefix(address, bits));
    }

    private static ConfigurationValue networkWithNetmask(Octets value) {
        if (value.size() != 8) {
            return new Unusable(value);
        }
        int mask = (int) value.u32(4);
        int bits = Integer.numberOfLeadingZeros(~mask);
        boolean contiguous = Integer.bitCount(mask) == bits;
        return contiguous
                ? new Network(new IpPrefix(IpPrefix.address(value.slice(0, 4).toArray()), bits))
                : new Unusable(value);
    }

    private static ConfigurationValue text(Octets value) {
        String text = new String(value.toArray(), StandardCharsets.UTF_8);
        boolean exact = Octets.wrap(text.getBytes(StandardCharsets.UTF_8)).equals(value);
        return exact ? new Text(text) : new Unusable(value);
    }

    private static ConfigurationValue supported(Octets value) {
        if (value.size() % 2 != 0) {
            return new Unusable(value);
        }
        return new Supported(
                IntStream.range(0, value.size() / 2)
                        .mapToObj(i -> new ConfigurationAttributeType(value.u16(2 * i) & 0x7fff))
                        .toList());
    }

    private static ConfigurationValue trustAnchor(Octets value) {
        return value.size() > 4
                ? new TrustAnchor(value.u16(0), value.u8(2), value.u8(3), value.slice(4))
                : new Unusable(value);
    }

    private static Octets network(IpPrefix prefix) {
        OctetsBuilder out = new OctetsBuilder(17).octets(prefix.base().getAddress());
        if (prefix.base() instanceof Inet4Address) {
            return out.u32(prefix.bits() == 0 ? 0 : -1L << (32 - prefix.bits())).build();
        }
        return out.u8(prefix.bits()).build();
    }
}
