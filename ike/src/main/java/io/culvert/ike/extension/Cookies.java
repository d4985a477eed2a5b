package io.culvert.ike.extension;

import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.crypto.PseudoRandomFunction;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;

/// The responder's cookies: a proof that an initiator receives what we send to its address, without keeping state.
///
///     HDR(A,0), SAi1, KEi, Ni             -->
///                                         <--  HDR(A,0), N(COOKIE)
///     HDR(A,0), N(COOKIE), SAi1, KEi, Ni  -->
///
/// Cookie = version | prf(secret, Ni | address | SPIi | transport). The transport is UDP with its port or TCP without:
/// a cookie is void on another transport, but good on a second connection (IT-055, TE-065). It is good for 60 to 120
/// seconds.
///
/// For one thread.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.6 RFC 7296 section 2.6
public final class Cookies {
    private static final Duration ROTATION = Duration.ofSeconds(60);
    private static final int SECRET_OCTETS = 32;

    private final PseudoRandomFunction prf;
    private final SecureRandom random;
    private byte[] secret;
    private byte[] previousSecret;
    private int version;
    private MonoTime rotateAt = MonoTime.ZERO;
    private boolean started;

    /// Cookies with secrets drawn from `random`.
    public Cookies(CryptoProvider crypto, SecureRandom random) {
        this.prf = crypto.prf(PrfAlgorithm.HMAC_SHA2_256);
        this.random = random;
        this.secret = draw();
        this.previousSecret = draw();
    }

    /// The cookie for this initiator at this time.
    public Octets make(MonoTime now, TransportPath path, IkeSpi initiator, Octets nonce) {
        rotate(now);
        return cookie(version, secret, path, initiator, nonce);
    }

    /// Whether `cookie` was made for this initiator, not long ago. Takes the same time for every wrong value.
    public boolean accepts(
            MonoTime now, Octets cookie, TransportPath path, IkeSpi initiator, Octets nonce) {
        rotate(now);
        byte[] given = cookie.toArray();
        boolean current =
                MessageDigest.isEqual(
                        cookie(version, secret, path, initiator, nonce).toArray(), given);
        boolean previous =
                MessageDigest.isEqual(
                        cookie(version - 1, previousSecret, path, initiator, nonce).toArray(),
                        given);
        return current || previous;
    }

    private Octets cookie(
            int secretVersion, byte[] key, TransportPath path, IkeSpi initiator, Octets nonce) {
        OctetsBuilder place =
                new OctetsBuilder(32)
                        .octets(path.remote().getAddress().getAddress())
                        .u64(initiator.value())
                        .octets(path.kind().word().getBytes(StandardCharsets.US_ASCII));
        if (path.kind() == TransportKind.UDP) {
            place.u16(path.remote().getPort());
        }
        return new OctetsBuilder(33)
                .u8(secretVersion & 0xff)
                .octets(prf.apply(key, nonce.toArray(), place.toArray()))
                .build();
    }

    private void rotate(MonoTime now) {
        if (!started) {
            started = true;
            rotateAt = now.plus(ROTATION);
        }
        if (now.hasReached(rotateAt)) {
            // after a pause there is nobody left who could bring a cookie of the old secret
            boolean paused = now.hasReached(rotateAt.plus(ROTATION));
            previousSecret = paused ? draw() : secret;
            secret = draw();
            version++;
            rotateAt = now.plus(ROTATION);
        }
    }

    private byte[] draw() {
        byte[] fresh = new byte[SECRET_OCTETS];
        random.nextBytes(fresh);
        return fresh;
    }
}
