package io.culvert.app.daemon;

import io.culvert.app.config.Settings;
import io.culvert.app.radius.EapRelay;
import io.culvert.app.tls.BouncyTls;
import io.culvert.ike.eap.CertificateCheck;
import io.culvert.ike.eap.EapBackend;
import io.culvert.ike.eap.EapMethods;
import io.culvert.ike.eap.EapMethods.Kind;
import io.culvert.ike.eap.TlsStack;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Who holds EAP conversations, by the words of `auth` in the configuration.
final class EapWords {
    /// The JDK's TLS, but where it may be without the extended master secret: there the JDK gives no key.
    private static final TlsStack STACK =
            opening ->
                    opening.credentials().anyMasterSecret()
                            ? BouncyTls.open(opening)
                            : TlsStack.JDK.open(opening);

    private EapWords() {}

    /// Our own methods, and the relay to RADIUS servers where there are any.
    ///
    /// @param check judges certificates
    static Map<String, EapBackend> of(
            Settings settings, SecureRandom random, CertificateCheck check) {
        Map<String, EapBackend> words = new HashMap<>();
        EapBackend any = methods(settings, random, check, Kind.TLS, Kind.MSCHAPV2);
        words.put("eap", any);
        words.put("eap-dynamic", any);
        words.put("eap-tls", methods(settings, random, check, Kind.TLS));
        words.put("eap-mschapv2", methods(settings, random, check, Kind.MSCHAPV2));
        settings.radius().ifPresent(r -> words.put("eap-radius", new EapRelay(r, random)));
        return Map.copyOf(words);
    }

    private static EapBackend methods(
            Settings settings, SecureRandom random, CertificateCheck check, Kind... kinds) {
        return new EapMethods(List.of(kinds), settings.passwords(), random, check, STACK);
    }
}
