package io.culvert.linux.route;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.TrafficSelector;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// Turns ranges of addresses, which selectors have, into prefixes, which routes have.
final class AddressRange {
    private AddressRange() {}

    /// The fewest prefixes that hold exactly the addresses of `selector`, in order; at most 2 · 128 - 2 of them.
    static List<IpPrefix> prefixes(TrafficSelector selector) {
        int width = selector.startAddress().getAddress().length * 8;
        BigInteger next = number(selector.startAddress());
        BigInteger end = number(selector.endAddress()).add(BigInteger.ONE);
        List<IpPrefix> prefixes = new ArrayList<>();
        while (next.compareTo(end) < 0) {
            int aligned = next.signum() == 0 ? width : next.getLowestSetBit();
            int fitting = end.subtract(next).bitLength() - 1;
            int hostBits = Math.min(aligned, fitting);
            prefixes.add(new IpPrefix(address(next, width / 8), width - hostBits));
            next = next.add(BigInteger.ONE.shiftLeft(hostBits));
        }
        return List.copyOf(prefixes);
    }

    private static BigInteger number(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }

    private static InetAddress address(BigInteger number, int octets) {
        byte[] magnitude = number.toByteArray();
        byte[] address = new byte[octets];
        // A sign octet may come before the magnitude.
        int length = Math.min(magnitude.length, octets);
        System.arraycopy(magnitude, magnitude.length - length, address, octets - length, length);
        return IpPrefix.address(address);
    }
}
