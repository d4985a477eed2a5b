package io.culvert.linux.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AddressRangeTest {
    @Test
    @DisplayName("a range is cut into the fewest prefixes")
    void cut() {
        assertThat(prefixes("10.0.0.1", "10.0.0.6"))
                .containsExactly("10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/31", "10.0.0.6/32");
        assertThat(prefixes("0.0.0.0", "255.255.255.255")).containsExactly("0.0.0.0/0");
        assertThat(prefixes("128.0.0.0", "255.255.255.255")).containsExactly("128.0.0.0/1");
        assertThat(prefixes("255.255.255.255", "255.255.255.255"))
                .containsExactly("255.255.255.255/32");
        assertThat(prefixes("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"))
                .containsExactly("0:0:0:0:0:0:0:0/0");
        assertThat(prefixes("0.0.0.1", "255.255.255.254")).hasSize(62);
        assertThat(prefixes("::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe")).hasSize(254);
    }

    @Test
    @DisplayName("the prefixes hold every address of the range once, and no other")
    void exact() {
        Properties.forAll(
                Gen.ints(0, 600),
                Gen.ints(0, 600),
                (one, other) -> {
                    int first = Math.min(one, other);
                    int last = Math.max(one, other);
                    List<IpPrefix> prefixes =
                            AddressRange.prefixes(
                                    new TrafficSelector(0, 0, 65_535, at(first), at(last)));
                    for (int i = 0; i <= 601; i++) {
                        InetAddress address = at(i);
                        assertThat(prefixes.stream().filter(p -> p.contains(address)).count())
                                .isEqualTo(i >= first && i <= last ? 1 : 0);
                    }
                });
    }

    private static InetAddress at(int offset) {
        return IpPrefix.address(
                (byte) 10, (byte) 255, (byte) (0xf0 + (offset >> 8)), (byte) offset);
    }

    private static List<String> prefixes(String first, String last) {
        return AddressRange.prefixes(
                        new TrafficSelector(
                                0,
                                0,
                                65_535,
                                IpPrefix.parseAddress(first),
                                IpPrefix.parseAddress(last)))
                .stream()
                .map(IpPrefix::toString)
                .toList();
    }
}
