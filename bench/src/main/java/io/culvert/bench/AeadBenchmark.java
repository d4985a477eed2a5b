package io.culvert.bench;

import io.culvert.ipsec.crypto.Aead;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.value.KeyMaterial;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What one ESP packet costs in each provider: a new nonce, 8 octets of additional data, native memory, in place.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@SuppressWarnings("NullAway.Init") // JMH calls prepare before anything else
public class AeadBenchmark {
    private static final int AAD_OCTETS = 8;
    private static final int COUNTER_AT = Aead.NONCE_OCTETS - Long.BYTES;

    /// Who computes.
    @Param({"jdk", "libcrypto"})
    public String provider = "";

    /// With the shortest key of each.
    @Param({"AES_GCM_16", "CHACHA20_POLY1305"})
    public EncryptionAlgorithm algorithm = EncryptionAlgorithm.AES_GCM_16;

    /// The octets of plaintext.
    @Param({"64", "1400", "65000"})
    public int size;

    private final byte[] nonce = new byte[Aead.NONCE_OCTETS];
    private final byte[] aad = new byte[AAD_OCTETS];
    private long counter;
    private MemorySegment packet = MemorySegment.NULL;
    private MemorySegment sealed = MemorySegment.NULL;
    private Aead sealer;
    private Aead opener;
    private byte[] sealedNonce = new byte[0];

    /// For the harness.
    public AeadBenchmark() {}

    /// Keys both directions and seals the packet that is opened again and again.
    @Setup
    public void prepare() {
        Arena arena = Arena.ofAuto();
        packet = arena.allocate(size + 16L);
        sealed = arena.allocate(size + 16L);
        int keyBits = algorithm.keyLengths().isEmpty() ? 0 : algorithm.keyLengths().getFirst();
        KeyMaterial key = KeyMaterial.wrap("benchmark", new byte[algorithm.keyOctets(keyBits)]);
        sealer = Providers.named(provider).aead(algorithm, key);
        opener = Providers.named(provider).aead(algorithm, key);
        seal();
        MemorySegment.copy(packet, 0, sealed, 0, size + 16L);
        sealedNonce = nonce.clone();
    }

    /// Forgets the keys.
    @TearDown
    public void close() {
        sealer.close();
        opener.close();
    }

    /// Encrypts in place and adds the ICV.
    @Benchmark
    public void seal() {
        nextNonce();
        sealer.seal(nonce, aad, AAD_OCTETS, packet, 0, size, packet, 0);
    }

    /// Checks and decrypts into another place, so that the same packet can be opened again.
    ///
    /// @return true
    @Benchmark
    public boolean open() {
        return opener.open(sealedNonce, aad, AAD_OCTETS, sealed, 0, size + 16, packet, 0);
    }

    private void nextNonce() {
        counter++;
        for (int i = 0; i < Long.BYTES; i++) {
            nonce[COUNTER_AT + i] = (byte) (counter >>> (56 - 8 * i));
        }
    }
}
