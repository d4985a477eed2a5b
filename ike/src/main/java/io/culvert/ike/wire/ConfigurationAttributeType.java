package io.culvert.ike.wire;

/// The type of a configuration attribute, 15 bits. Unknown values are kept.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.15.1 RFC 7296 section 3.15.1
/// @param value the number on the wire, 0 to 32767
public record ConfigurationAttributeType(int value) {
    /// An address inside, 0 or 4 octets.
    public static final ConfigurationAttributeType INTERNAL_IP4_ADDRESS =
            new ConfigurationAttributeType(1);

    /// The netmask that goes with the address, 0 or 4 octets.
    public static final ConfigurationAttributeType INTERNAL_IP4_NETMASK =
            new ConfigurationAttributeType(2);

    /// A DNS server, 0 or 4 octets.
    public static final ConfigurationAttributeType INTERNAL_IP4_DNS =
            new ConfigurationAttributeType(3);

    /// A NetBIOS name server, 0 or 4 octets.
    public static final ConfigurationAttributeType INTERNAL_IP4_NBNS =
            new ConfigurationAttributeType(4);

    /// A DHCP server, 0 or 4 octets.
    public static final ConfigurationAttributeType INTERNAL_IP4_DHCP =
            new ConfigurationAttributeType(6);

    /// Name and version of the peer's software, as text.
    public static final ConfigurationAttributeType APPLICATION_VERSION =
            new ConfigurationAttributeType(7);

    /// An address inside with prefix length, 0 or 17 octets.
    public static final ConfigurationAttributeType INTERNAL_IP6_ADDRESS =
            new ConfigurationAttributeType(8);

    /// A DNS server, 0 or 16 octets.
    public static final ConfigurationAttributeType INTERNAL_IP6_DNS =
            new ConfigurationAttributeType(10);

    /// A DHCP server, 0 or 16 octets.
    public static final ConfigurationAttributeType INTERNAL_IP6_DHCP =
            new ConfigurationAttributeType(12);

    /// A protected network with netmask, 0 or 8 octets.
    public static final ConfigurationAttributeType INTERNAL_IP4_SUBNET =
            new ConfigurationAttributeType(13);

    /// The attribute types that are understood, 2 octets each.
    public static final ConfigurationAttributeType SUPPORTED_ATTRIBUTES =
            new ConfigurationAttributeType(14);

    /// A protected network with prefix length, 0 or 17 octets.
    public static final ConfigurationAttributeType INTERNAL_IP6_SUBNET =
            new ConfigurationAttributeType(15);

    /// Mobile IPv6 home prefix, RFC 5026.
    public static final ConfigurationAttributeType MIP6_HOME_PREFIX =
            new ConfigurationAttributeType(16);

    /// Link-local interface ID, RFC 5739.
    public static final ConfigurationAttributeType INTERNAL_IP6_LINK =
            new ConfigurationAttributeType(17);

    /// A prefix for the client, RFC 5739, 0 or 17 octets.
    public static final ConfigurationAttributeType INTERNAL_IP6_PREFIX =
            new ConfigurationAttributeType(18);

    /// Mobile IPv6 home agent.
    public static final ConfigurationAttributeType HOME_AGENT_ADDRESS =
            new ConfigurationAttributeType(19);

    /// A SIP proxy, RFC 7651, 0 or 4 octets.
    public static final ConfigurationAttributeType P_CSCF_IP4_ADDRESS =
            new ConfigurationAttributeType(20);

    /// A SIP proxy, RFC 7651, 0 or 16 octets.
    public static final ConfigurationAttributeType P_CSCF_IP6_ADDRESS =
            new ConfigurationAttributeType(21);

    /// Failover and keepalive times; 3GPP.
    public static final ConfigurationAttributeType FTT_KAT = new ConfigurationAttributeType(22);

    /// NAT information; 3GPP.
    public static final ConfigurationAttributeType EXTERNAL_SOURCE_IP4_NAT_INFO =
            new ConfigurationAttributeType(23);

    /// Seconds before a liveness check; 3GPP.
    public static final ConfigurationAttributeType TIMEOUT_PERIOD_FOR_LIVENESS_CHECK =
            new ConfigurationAttributeType(24);

    /// A domain to be resolved inside, RFC 8598.
    public static final ConfigurationAttributeType INTERNAL_DNS_DOMAIN =
            new ConfigurationAttributeType(25);

    /// A DNSSEC trust anchor of the domain before it, RFC 8598.
    public static final ConfigurationAttributeType INTERNAL_DNSSEC_TA =
            new ConfigurationAttributeType(26);

    /// An encrypted DNS resolver, RFC 9464.
    public static final ConfigurationAttributeType ENCDNS_IP4 = new ConfigurationAttributeType(27);

    /// An encrypted DNS resolver, RFC 9464.
    public static final ConfigurationAttributeType ENCDNS_IP6 = new ConfigurationAttributeType(28);

    /// Certificate digests of an encrypted DNS resolver, RFC 9464.
    public static final ConfigurationAttributeType ENCDNS_DIGEST_INFO =
            new ConfigurationAttributeType(29);

    /// Checks the range.
    public ConfigurationAttributeType {
        Wire.requireRange(value, 0, 0x7fff, "attribute");
    }

    /// The RFC's name, or the number of one that has none here.
    @Override
    public String toString() {
        return switch (value) {
            case 1 -> "INTERNAL_IP4_ADDRESS";
            case 2 -> "INTERNAL_IP4_NETMASK";
            case 3 -> "INTERNAL_IP4_DNS";
            case 4 -> "INTERNAL_IP4_NBNS";
            case 6 -> "INTERNAL_IP4_DHCP";
            case 7 -> "APPLICATION_VERSION";
            case 8 -> "INTERNAL_IP6_ADDRESS";
            case 10 -> "INTERNAL_IP6_DNS";
            case 12 -> "INTERNAL_IP6_DHCP";
            case 13 -> "INTERNAL_IP4_SUBNET";
            case 14 -> "SUPPORTED_ATTRIBUTES";
            case 15 -> "INTERNAL_IP6_SUBNET";
            case 16 -> "MIP6_HOME_PREFIX";
            case 17 -> "INTERNAL_IP6_LINK";
            case 18 -> "INTERNAL_IP6_PREFIX";
            case 19 -> "HOME_AGENT_ADDRESS";
            case 20 -> "P_CSCF_IP4_ADDRESS";
            case 21 -> "P_CSCF_IP6_ADDRESS";
            case 22 -> "FTT_KAT";
            case 23 -> "EXTERNAL_SOURCE_IP4_NAT_INFO";
            case 24 -> "TIMEOUT_PERIOD_FOR_LIVENESS_CHECK";
            case 25 -> "INTERNAL_DNS_DOMAIN";
            case 26 -> "INTERNAL_DNSSEC_TA";
            case 27 -> "ENCDNS_IP4";
            case 28 -> "ENCDNS_IP6";
            case 29 -> "ENCDNS_DIGEST_INFO";
            default -> "attribute " + value;
        };
    }
}
