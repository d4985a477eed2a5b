package io.culvert.app.daemon;

import io.culvert.ike.auth.SharedKeys;
import io.culvert.ike.eap.CertificateCheck;
import io.culvert.ike.eap.EapBackend;
import io.culvert.ike.eap.EapMethods;
import io.culvert.ike.eap.EapMethods.Kind;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;

/// Who holds EAP conversations, by the words of `auth` in the configuration.
final class EapWords {
    private EapWords() {}

    /// Our own methods.
    ///
    /// @param check judges certificates
    static Map<String, EapBackend> of(
            SharedKeys passwords, SecureRandom random, CertificateCheck check) {
        List<Kind> both = List.of(Kind.TLS, Kind.MSCHAPV2);
        EapBackend any = new EapMethods(both, passwords, random, check);
        return Map.of(
                "eap",
                any,
                "eap-dynamic",
                any,
                "eap-tls",
                new EapMethods(List.of(Kind.TLS), passwords, random, check),
                "eap-mschapv2",
                new EapMethods(List.of(Kind.MSCHAPV2), passwords, random, check));
    }
}
