package io.culvert.ike.extension;

import io.culvert.ike.wire.Configuration;
import io.culvert.ike.wire.ConfigurationAttribute;
import io.culvert.ike.wire.ConfigurationAttributeType;
import io.culvert.ike.wire.ConfigurationType;
import io.culvert.ike.wire.ConfigurationValue;
import io.culvert.ipsec.value.IpPrefix;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// Addresses and DNS servers that a responder assigns in the CP payload.
///
///     CP(CFG_REQUEST)  -->
///                      <--  CP(CFG_REPLY)
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.19 RFC 7296 section 2.19
public final class VirtualIps {
    private static final int IP6_PREFIX_BITS = 128;

    private VirtualIps() {}

    /// What was assigned.
    public record Assigned(List<InetAddress> addresses, List<InetAddress> dns) {
        /// Copies the lists.
        public Assigned {
            addresses = List.copyOf(addresses);
            dns = List.copyOf(dns);
        }
    }

    /// Asks for addresses.
    ///
    /// @param wanted one per family; the any-address asks for any
    public static Configuration request(List<InetAddress> wanted) {
        List<ConfigurationAttribute> attributes = new ArrayList<>();
        for (InetAddress address : wanted) {
            boolean four = address instanceof Inet4Address;
            attributes.add(
                    address.isAnyLocalAddress()
                            ? ConfigurationAttribute.request(
                                    four
                                            ? ConfigurationAttributeType.INTERNAL_IP4_ADDRESS
                                            : ConfigurationAttributeType.INTERNAL_IP6_ADDRESS)
                            : address(address));
            attributes.add(
                    ConfigurationAttribute.request(
                            four
                                    ? ConfigurationAttributeType.INTERNAL_IP4_DNS
                                    : ConfigurationAttributeType.INTERNAL_IP6_DNS));
        }
        return new Configuration(ConfigurationType.CFG_REQUEST, attributes);
    }

    /// The addresses that a request asks for: the any-address for any; what is unusable is passed over (IK-123).
    public static List<InetAddress> wanted(Configuration request) {
        List<InetAddress> wanted = new ArrayList<>();
        for (ConfigurationAttribute attribute : request.attributes()) {
            boolean four = attribute.type().equals(ConfigurationAttributeType.INTERNAL_IP4_ADDRESS);
            boolean six = attribute.type().equals(ConfigurationAttributeType.INTERNAL_IP6_ADDRESS);
            if (four || six) {
                switch (attribute.reading()) {
                    case ConfigurationValue.Any _ ->
                            wanted.add(IpPrefix.address(new byte[four ? 4 : 16]));
                    case ConfigurationValue.Address(InetAddress address) -> wanted.add(address);
                    case ConfigurationValue.AddressWithPrefix(InetAddress address, int _) ->
                            wanted.add(address);
                    case ConfigurationValue.Network _,
                            ConfigurationValue.Text _,
                            ConfigurationValue.Supported _,
                            ConfigurationValue.TrustAnchor _,
                            ConfigurationValue.Raw _,
                            ConfigurationValue.Unusable _ -> {}
                }
            }
        }
        return wanted;
    }

    /// Gives addresses.
    public static Configuration reply(Assigned assigned) {
        List<ConfigurationAttribute> attributes = new ArrayList<>();
        assigned.addresses().forEach(address -> attributes.add(address(address)));
        for (InetAddress server : assigned.dns()) {
            attributes.add(
                    ConfigurationAttribute.of(
                            server instanceof Inet4Address
                                    ? ConfigurationAttributeType.INTERNAL_IP4_DNS
                                    : ConfigurationAttributeType.INTERNAL_IP6_DNS,
                            new ConfigurationValue.Address(server)));
        }
        return new Configuration(ConfigurationType.CFG_REPLY, attributes);
    }

    /// What a reply gives; what is unusable or unknown is passed over.
    public static Assigned assigned(Configuration reply) {
        List<InetAddress> dns = new ArrayList<>();
        for (ConfigurationAttribute attribute : reply.attributes()) {
            boolean server =
                    attribute.type().equals(ConfigurationAttributeType.INTERNAL_IP4_DNS)
                            || attribute.type().equals(ConfigurationAttributeType.INTERNAL_IP6_DNS);
            if (server
                    && attribute.reading()
                            instanceof ConfigurationValue.Address(InetAddress address)) {
                dns.add(address);
            }
        }
        List<InetAddress> addresses =
                wanted(reply).stream().filter(a -> !a.isAnyLocalAddress()).toList();
        return new Assigned(addresses, dns);
    }

    private static ConfigurationAttribute address(InetAddress address) {
        return address instanceof Inet4Address
                ? ConfigurationAttribute.of(
                        ConfigurationAttributeType.INTERNAL_IP4_ADDRESS,
                        new ConfigurationValue.Address(address))
                : ConfigurationAttribute.of(
                        ConfigurationAttributeType.INTERNAL_IP6_ADDRESS,
                        new ConfigurationValue.AddressWithPrefix(address, IP6_PREFIX_BITS));
    }
}
