package io.culvert.bench;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.InvalidPublicValueException;
import io.culvert.ipsec.crypto.KeyExchange;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.SecureRandom;
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

/// What one side of a key exchange costs: a fresh key pair and the secret with the peer's value.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@SuppressWarnings("NullAway.Init") // JMH calls prepare before anything else
public class HandshakeBenchmark {
    /// Who computes.
    @Param({"jdk", "libcrypto"})
    public String provider = "";

    /// The method.
    @Param({"CURVE25519", "ECP_256", "ECP_384", "MODP_2048", "MODP_3072"})
    public KeyExchangeMethod method;

    private final SecureRandom random = new SecureRandom();
    private CryptoProvider crypto;
    private Octets peerValue;

    /// For the harness.
    public HandshakeBenchmark() {}

    /// Makes the value that the peer has sent.
    @Setup
    public void prepare() {
        crypto = Providers.named(provider);
        try (KeyExchange peer = crypto.initiate(method, random)) {
            peerValue = peer.publicValue();
        }
    }

    /// One side, from nothing to the secret.
    ///
    /// @return the secret
    /// @throws InvalidPublicValueException never
    @Benchmark
    public KeyMaterial respond() throws InvalidPublicValueException {
        return crypto.respond(method, peerValue, random).secret();
    }
}
