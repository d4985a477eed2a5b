package io.culvert.ike.exchange;

import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.value.Octets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/// Nonces: fresh ones, and which of several is the lowest.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.10 RFC 7296 section 2.10
public final class Nonces {
    /// Half the key of the largest prf that we know.
    private static final int OCTETS = 32;

    private Nonces() {}

    static Octets fresh(SecureRandom random) {
        byte[] value = new byte[OCTETS];
        random.nextBytes(value);
        return Octets.wrap(value);
    }

    /// Whether a nonce has at least half the key size of the prf that was negotiated (IK-040).
    static boolean isLongEnough(Octets nonce, PrfAlgorithm prf) {
        return nonce.size() * 2 >= prf.outputOctets();
    }

    /// Whether the lowest of all nonces is among the first pair. Octets are compared from the front as unsigned numbers;
    /// of two that begin alike the shorter is lower. This decides which of two simultaneous rekeyings is redundant
    /// (IK-103).
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.8.1 RFC 7296 section 2.8.1
    public static boolean lowestIsAmong(List<Octets> first, List<Octets> second) {
        return compare(lowest(first), lowest(second)) < 0;
    }

    private static Octets lowest(List<Octets> nonces) {
        return nonces.stream().min(Nonces::compare).orElseThrow();
    }

    private static int compare(Octets one, Octets other) {
        return Arrays.compareUnsigned(one.toArray(), other.toArray());
    }
}
