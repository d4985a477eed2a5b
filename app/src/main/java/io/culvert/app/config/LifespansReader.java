package io.culvert.app.config;

import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Lifespan;
import java.time.Duration;
import java.util.Map;

/// Reads how long SAs live, in swanctl.conf's words.
///
/// The time until rekeying, less a random part of `rand-time`, is followed by the end at `life-time` (a Child SA) or after
/// `over-time` more (an IKE SA).
final class LifespansReader {
    private static final String DURATION_RIGHT =
            "write a duration such as \"1h\", \"30m\" or \"500ms\"; \"0s\" for never";
    private static final Duration USUAL_IKE_REKEY = IkeSaLimits.DEFAULT.lifespan().rekey();
    private static final Duration USUAL_CHILD_REKEY = Duration.ofHours(1);
    private static final long MOST_REQUESTS = 16;
    private static final long MOST_CHILDREN = 10_000;
    private static final long SMALLEST_PACKET = 576;
    private static final long LARGEST_PACKET = 65_535;
    private static final Map<String, Boolean> FRAGMENTATION = Map.of("yes", true, "no", false);

    private LifespansReader() {}

    /// Of a connection's IKE SA.
    static IkeSaLimits ofIkeSa(Section section) {
        Duration rekey = duration(section, "rekey-time", USUAL_IKE_REKEY);
        Duration reauthentication = duration(section, "reauth-time", Duration.ZERO);
        Duration longer = rekey.compareTo(reauthentication) > 0 ? rekey : reauthentication;
        Duration over = duration(section, "over-time", longer.dividedBy(10));
        Duration jitter = jitter(section, rekey, over);
        return new IkeSaLimits(
                new Lifespan(rekey, jitter, over),
                reauthentication,
                (int) section.number("window", 1, MOST_REQUESTS, IkeSaLimits.DEFAULT.window()),
                packetOctets(section),
                (int)
                        section.number(
                                "max-children",
                                1,
                                MOST_CHILDREN,
                                IkeSaLimits.DEFAULT.mostChildren()),
                section.flag("resumption", false));
    }

    private static int packetOctets(Section section) {
        long size =
                section.number(
                        "fragment-size",
                        SMALLEST_PACKET,
                        LARGEST_PACKET,
                        IkeSaLimits.DEFAULT.packetOctets());
        boolean wanted = section.choice("fragmentation", FRAGMENTATION).orElse(true);
        return wanted ? (int) size : 0;
    }

    /// Of a Child SA.
    static Lifespan ofChild(Section section) {
        Duration rekey = duration(section, "rekey-time", USUAL_CHILD_REKEY);
        Duration life = duration(section, "life-time", rekey.plus(rekey.dividedBy(10)));
        if (rekey.isPositive() && life.compareTo(rekey) < 0) {
            section.error("life-time", "is below rekey-time", "write more than rekey-time");
            life = rekey;
        }
        Duration over = rekey.isPositive() ? life.minus(rekey) : Duration.ZERO;
        return new Lifespan(rekey, jitter(section, rekey, over), over);
    }

    private static Duration jitter(Section section, Duration rekey, Duration usual) {
        Duration jitter = duration(section, "rand-time", usual);
        if (rekey.isPositive() && jitter.compareTo(rekey) >= 0) {
            section.error("rand-time", "is not below rekey-time", "write less than rekey-time");
            return Duration.ZERO;
        }
        return jitter;
    }

    private static Duration duration(Section section, String key, Duration fallback) {
        return section.parsed(key, Notation::duration, DURATION_RIGHT).orElse(fallback);
    }
}
