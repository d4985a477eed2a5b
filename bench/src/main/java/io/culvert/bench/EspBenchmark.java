package io.culvert.bench;

import io.culvert.esp.engine.InboundSa;
import io.culvert.esp.engine.IvSource;
import io.culvert.esp.engine.OpenResult;
import io.culvert.esp.engine.OpenedPacket;
import io.culvert.esp.engine.OutboundSa;
import io.culvert.esp.engine.SealResult;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Spi;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What it costs to make an ESP packet of an inner packet, and to get it back: one SA, one thread, with sequence number
/// and replay window.
@SuppressWarnings("NullAway.Init") // JMH calls key() before anything else
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class EspBenchmark {
    private static final int HEADROOM = 64;
    private static final int IPV4 = 4;

    /// Which algorithms.
    public enum Suite {
        /// AES-GCM with a key of 128 bits.
        AES_GCM_128(EncryptionAlgorithm.AES_GCM_16, 128, IntegrityAlgorithm.NONE),
        /// AES-GCM with a key of 256 bits.
        AES_GCM_256(EncryptionAlgorithm.AES_GCM_16, 256, IntegrityAlgorithm.NONE),
        /// ChaCha20 with Poly1305.
        CHACHA20_POLY1305(EncryptionAlgorithm.CHACHA20_POLY1305, 0, IntegrityAlgorithm.NONE),
        /// AES-CBC with a key of 256 bits beside HMAC-SHA-256.
        AES_CBC_256_SHA_256(EncryptionAlgorithm.AES_CBC, 256, IntegrityAlgorithm.HMAC_SHA2_256_128);

        private final EncryptionAlgorithm encryption;
        private final int bits;
        private final IntegrityAlgorithm integrity;

        Suite(EncryptionAlgorithm encryption, int bits, IntegrityAlgorithm integrity) {
            this.encryption = encryption;
            this.bits = bits;
            this.integrity = integrity;
        }

        EspTransform transform() {
            return new EspTransform(encryption, bits, integrity, true);
        }
    }

    @Param({"jdk", "libcrypto"})
    private String provider = "";

    @Param private Suite suite = Suite.AES_GCM_128;

    @Param({"64", "1400"})
    private int octets;

    private final PacketPool pool = new PacketPool(1, 2048, HEADROOM);
    private final PacketBuffer packet = pool.acquire().orElseThrow();
    private final OpenedPacket opened = new OpenedPacket();
    private OutboundSa outbound;
    private InboundSa inbound;

    /// For JMH.
    public EspBenchmark() {}

    /// Keys both SAs.
    @Setup
    public void key() {
        CryptoProvider crypto = Providers.named(provider);
        EspTransform transform = suite.transform();
        EspKeys keys =
                new EspKeys(
                        KeyMaterial.wrap("bench", new byte[transform.encryptionKeyOctets()]),
                        KeyMaterial.wrap("bench", new byte[transform.integrity().keyOctets()]));
        IvSource ivs = IvSource.of(transform.encryption(), new SecureRandom());
        outbound = new OutboundSa(crypto, transform, new Spi(0x1000), keys, ivs);
        inbound = new InboundSa(crypto, transform, keys, 1024);
    }

    /// Seals a packet.
    @Benchmark
    public SealResult seal() {
        packet.range(HEADROOM, octets);
        return outbound.seal(packet, IPV4);
    }

    /// Seals a packet and opens it again.
    @Benchmark
    public OpenResult sealAndOpen() {
        packet.range(HEADROOM, octets);
        outbound.seal(packet, IPV4);
        OpenResult result = inbound.open(packet, opened);
        if (result != OpenResult.OPENED) {
            throw new IllegalStateException(result.toString());
        }
        return result;
    }

    /// Gives everything back.
    @TearDown
    public void close() {
        outbound.close();
        inbound.close();
        packet.release();
        pool.close();
    }
}
