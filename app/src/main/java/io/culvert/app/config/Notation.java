package io.culvert.app.config;

import io.culvert.ike.api.SelectorTemplate;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How durations, sizes and traffic selectors are written.
final class Notation {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern SELECTOR = Pattern.compile("([^\\[\\]]*)(?:\\[([^\\[\\]]*)])?");
    // the JDK also takes 10.1 for 10.0.0.1, which nobody means
    private static final Pattern SHORT_IPV4 = Pattern.compile("\\d+(\\.\\d+){0,2}(/.*)?");
    private static final Map<String, Integer> PROTOCOLS =
            Map.of("icmp", 1, "tcp", 6, "udp", 17, "gre", 47, "ipv6-icmp", 58, "sctp", 132);
    private static final Map<String, Duration> UNITS =
            Map.of(
                    "ms", Duration.ofMillis(1),
                    "s", Duration.ofSeconds(1),
                    "m", Duration.ofMinutes(1),
                    "h", Duration.ofHours(1),
                    "d", Duration.ofDays(1));
    private static final int LAST_PORT = 65_535;

    private Notation() {}

    /// `30s`, `500ms`, `5m`, `1h`, `1d`.
    static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        Duration unit = matcher.matches() ? UNITS.get(matcher.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("\"" + text + "\" is not a duration");
        }
        return unit.multipliedBy(Long.parseLong(matcher.group(1)));
    }

    static InetAddress address(String text) {
        String complaint = "\"" + text + "\" is not an IP address";
        if (SHORT_IPV4.matcher(text).matches()) {
            throw new IllegalArgumentException(complaint);
        }
        try {
            return IpPrefix.parseAddress(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(complaint, e);
        }
    }

    static IpPrefix prefix(String text) {
        String complaint = "\"" + text + "\" is neither an IP address nor a prefix";
        if (SHORT_IPV4.matcher(text).matches()) {
            throw new IllegalArgumentException(complaint);
        }
        try {
            return IpPrefix.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(complaint, e);
        }
    }

    /// `dynamic`, an address, a prefix or a range, then perhaps `[protocol/port]` or `[protocol/port-port]`.
    static SelectorTemplate selector(String text) {
        Matcher matcher = SELECTOR.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a traffic selector");
        }
        Limits limits = matcher.group(2) == null ? Limits.NONE : limits(matcher.group(2));
        String addresses = matcher.group(1).strip();
        if (addresses.equals("dynamic")) {
            return new SelectorTemplate.Dynamic(limits.protocol, limits.startPort, limits.endPort);
        }
        int dash = addresses.indexOf('-');
        InetAddress first;
        InetAddress last;
        if (dash >= 0) {
            first = address(addresses.substring(0, dash).strip());
            last = address(addresses.substring(dash + 1).strip());
        } else {
            IpPrefix prefix = prefix(addresses);
            first = prefix.base();
            last = prefix.last();
        }
        return new SelectorTemplate.Fixed(
                new TrafficSelector(
                        limits.protocol, limits.startPort, limits.endPort, first, last));
    }

    private record Limits(int protocol, int startPort, int endPort) {
        static final Limits NONE = new Limits(0, 0, LAST_PORT);
    }

    private static Limits limits(String text) {
        String[] parts = text.split("/", 2);
        int protocol = protocol(parts[0].strip());
        if (parts.length == 1 || parts[1].isBlank() || parts[1].equals("any")) {
            return new Limits(protocol, 0, LAST_PORT);
        }
        if (parts[1].equals("opaque")) {
            return new Limits(protocol, LAST_PORT, 0);
        }
        String[] ports = parts[1].split("-", 2);
        int start = port(ports[0].strip());
        return new Limits(protocol, start, ports.length == 1 ? start : port(ports[1].strip()));
    }

    private static int protocol(String text) {
        if (text.isEmpty() || text.equals("any")) {
            return 0;
        }
        Integer named = PROTOCOLS.get(text.toLowerCase(Locale.ROOT));
        return named != null ? named : number(text, 255, "IP protocol");
    }

    private static int port(String text) {
        return number(text, LAST_PORT, "port");
    }

    private static int number(String text, int highest, String what) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= highest) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a " + what, e);
        }
        throw new IllegalArgumentException("\"" + text + "\" is not a " + what);
    }
}
