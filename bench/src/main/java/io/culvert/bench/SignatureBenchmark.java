package io.culvert.bench;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.SignatureScheme;
import io.culvert.ipsec.value.Octets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What one signature of IKE_AUTH costs to make and to check.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@SuppressWarnings("NullAway.Init") // JMH calls prepare before anything else
public class SignatureBenchmark {
    private static final Octets MESSAGE = Octets.wrap(new byte[600]);

    /// Who computes.
    @Param({"jdk", "libcrypto"})
    public String provider = "";

    /// The scheme.
    @Param({"RSA_PSS_SHA2_256", "ECDSA_SHA2_256", "ED25519"})
    public SignatureScheme scheme;

    private final SecureRandom random = new SecureRandom();
    private CryptoProvider crypto;
    private KeyPair pair;
    private Octets signature;

    /// For the harness.
    public SignatureBenchmark() {}

    /// Makes the key and the signature that is checked again and again.
    ///
    /// @throws GeneralSecurityException if this JDK lacks the kind of key
    @Setup
    public void prepare() throws GeneralSecurityException {
        crypto = Providers.named(provider);
        KeyPairGenerator generator;
        if (scheme == SignatureScheme.ED25519) {
            generator = KeyPairGenerator.getInstance("Ed25519");
        } else if (scheme == SignatureScheme.ECDSA_SHA2_256) {
            generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        } else {
            generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
        }
        pair = generator.generateKeyPair();
        signature = sign();
    }

    /// Makes a signature.
    ///
    /// @return the signature
    /// @throws GeneralSecurityException never
    @Benchmark
    public Octets sign() throws GeneralSecurityException {
        return crypto.sign(scheme, pair.getPrivate(), MESSAGE, random);
    }

    /// Checks a signature.
    ///
    /// @return true
    @Benchmark
    public boolean verify() {
        return crypto.verify(scheme, pair.getPublic(), MESSAGE, signature);
    }
}
