package io.culvert.ipsec.value;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;

/// An address with a prefix length, such as `10.0.0.0/8`; the bits behind the prefix are zero.
///
/// @param base the first address
/// @param bits the length of the prefix, 0 to 32 or 128
public record IpPrefix(InetAddress base, int bits) {
    private static final int SITE_BITS = 64;

    /// Checks the length and clears the bits behind the prefix.
    public IpPrefix {
        byte[] octets = base.getAddress();
        if (bits < 0 || bits > octets.length * 8) {
            throw new IllegalArgumentException(
                    "a prefix of "
                            + base.getHostAddress()
                            + " has 0 to "
                            + octets.length * 8
                            + " bits, not "
                            + bits);
        }
        base = address(fill(octets, bits, false));
    }

    /// Reads `address/bits`, or an address alone, which stands for itself.
    ///
    /// @throws IllegalArgumentException if the text is neither
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        InetAddress address = parseAddress(host);
        if (slash < 0) {
            return new IpPrefix(address, address.getAddress().length * 8);
        }
        try {
            return new IpPrefix(address, Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a prefix length in " + text, e);
        }
    }

    /// Reads an IPv4 or IPv6 address literal; never asks the DNS.
    ///
    /// @throws IllegalArgumentException if the text is not one
    public static InetAddress parseAddress(String literal) {
        return InetAddress.ofLiteral(literal);
    }

    /// The address of 4 or 16 octets. 16 octets always give an IPv6 address, also those of an IPv4-mapped one, so that
    /// what was read from a message is written the same.
    public static InetAddress address(byte... octets) {
        try {
            return octets.length == 16
                    ? Inet6Address.getByAddress(null, octets, -1)
                    : InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "an address has 4 or 16 octets, not " + octets.length, e);
        }
    }

    /// What one host commands, for counting who asks for how much: an IPv4 address alone, all of an IPv6 /64.
    public static IpPrefix siteOf(InetAddress address) {
        return new IpPrefix(address, address.getAddress().length == 16 ? SITE_BITS : 32);
    }

    /// Whether `address` is of this family and begins with this prefix.
    public boolean contains(InetAddress address) {
        return address.getAddress().length == base.getAddress().length
                && Objects.equals(new IpPrefix(address, bits).base, base);
    }

    /// The last address.
    public InetAddress last() {
        return address(fill(base.getAddress(), bits, true));
    }

    @Override
    public String toString() {
        return base.getHostAddress() + "/" + bits;
    }

    private static byte[] fill(byte[] octets, int bits, boolean ones) {
        byte[] filled = octets.clone();
        for (int i = 0; i < filled.length; i++) {
            int kept = Math.clamp(bits - 8L * i, 0, 8);
            int mask = 0xff >>> kept;
            filled[i] = (byte) (ones ? filled[i] | mask : filled[i] & ~mask);
        }
        return filled;
    }
}
