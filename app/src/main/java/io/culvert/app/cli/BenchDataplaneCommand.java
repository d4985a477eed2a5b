package io.culvert.app.cli;

import io.culvert.app.bench.DataPlaneSpeed;
import io.culvert.app.control.ExitCode;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.dataplane.EspTransform;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Measures the data plane.
@Command(
        name = "dataplane",
        description = "Tells how much one thread of the user-space data plane carries.",
        mixinStandardHelpOptions = true)
final class BenchDataplaneCommand implements Callable<Integer> {
    /// What packets are protected with.
    enum Cipher {
        /// AES-GCM with a key of 128 bits.
        AES128GCM16(EncryptionAlgorithm.AES_GCM_16, 128),
        /// AES-GCM with a key of 256 bits.
        AES256GCM16(EncryptionAlgorithm.AES_GCM_16, 256),
        /// ChaCha20 with Poly1305.
        CHACHA20POLY1305(EncryptionAlgorithm.CHACHA20_POLY1305, 0);

        private final EncryptionAlgorithm algorithm;
        private final int keyBits;

        Cipher(EncryptionAlgorithm algorithm, int keyBits) {
            this.algorithm = algorithm;
            this.keyBits = keyBits;
        }
    }

    @Mixin private BenchOptions options = new BenchOptions();

    @Option(
            names = "--cipher",
            paramLabel = "CIPHER",
            defaultValue = "aes128gcm16",
            description =
                    "aes128gcm16, aes256gcm16 or chacha20poly1305 (default: ${DEFAULT-VALUE}).")
    private Cipher cipher = Cipher.AES128GCM16;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How long for each size and direction (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Override
    public Integer call() throws InterruptedException {
        var transform =
                new EspTransform(cipher.algorithm, cipher.keyBits, IntegrityAlgorithm.NONE, true);
        try {
            options.print(
                    DataPlaneSpeed.measure(
                            new DataPlaneSpeed.Options(
                                    transform,
                                    options.provider(),
                                    Duration.ofSeconds(Math.max(1, seconds))),
                            options.progress()));
        } catch (IllegalStateException e) {
            throw new CommandFailure(ExitCode.FAILED, "the benchmark failed: " + e.getMessage());
        }
        return ExitCode.DONE.number();
    }
}
