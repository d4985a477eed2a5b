package io.culvert.app.config;

import io.culvert.ike.session.HalfOpenAdmission;

/// Reads the table `[limits]`: when strangers are asked for a cookie, and when they are turned away.
final class LimitsReader {
    private static final int MOST = 1_000_000;

    private LimitsReader() {}

    static HalfOpenAdmission.Limits read(Section section) {
        HalfOpenAdmission.Limits usual = HalfOpenAdmission.Limits.DEFAULT;
        int most = number(section, "init-limit-half-open", 1, usual.most());
        int cookiesFrom = number(section, "cookie-threshold", 0, usual.cookiesFrom());
        int ofOneSource = number(section, "block-threshold", 1, usual.mostOfOneSource());
        int errors = number(section, "errors-per-second", 0, usual.errorsPerSecond());
        section.complainOfUnknownKeys();
        return new HalfOpenAdmission.Limits(cookiesFrom, most, ofOneSource, errors);
    }

    private static int number(Section section, String key, int lowest, int fallback) {
        return (int) section.number(key, lowest, MOST, fallback);
    }
}
