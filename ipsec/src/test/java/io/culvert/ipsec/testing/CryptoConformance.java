package io.culvert.ipsec.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.culvert.ipsec.crypto.Aead;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.Integrity;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.crypto.UnauthenticatedCipher;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What every [CryptoProvider] must do. A provider's test extends this class.
///
/// Each operation is also tried against [JdkCrypto] in both directions, so two providers that pass agree with each
/// other and not only with themselves.
@SuppressWarnings("resource") // a key that a test forgets to forget harms nobody
public abstract class CryptoConformance extends CryptoPublicKeys {
    /// Sizes round which mistakes are likely: blocks, packets, and more than any packet.
    private static final List<Integer> SIZES =
            List.of(0, 1, 7, 15, 16, 17, 31, 63, 64, 65, 255, 1399, 1400, 1500, 2000, 65_600);

    private final CryptoProvider reference = new JdkCrypto();
    private final Random random = new Random(7296);

    @ParameterizedTest
    @MethodSource("aeads")
    void twoProvidersSealAndOpenTheSame(EncryptionAlgorithm algorithm, int keyOctets) {
        KeyMaterial key = key(keyOctets);
        try (Aead ours = provider().aead(algorithm, key);
                Aead theirs = reference.aead(algorithm, key)) {
            for (int size : SIZES) {
                byte[] plaintext = octets(size);
                byte[] aad = octets(size % 3 == 0 ? 8 : size % 3 == 1 ? 12 : 0);
                byte[] nonce = octets(Aead.NONCE_OCTETS);
                byte[] sealed = ours.seal(nonce, aad, plaintext);
                assertThat(sealed).hasSize(size + 16).isEqualTo(theirs.seal(nonce, aad, plaintext));
                assertThat(theirs.open(nonce, aad, sealed).orElseThrow()).isEqualTo(plaintext);
                assertThat(ours.open(nonce, aad, sealed).orElseThrow()).isEqualTo(plaintext);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("aeads")
    @DisplayName("one changed bit anywhere makes open say no, and the next packet is not hurt")
    void oneBitIsEnough(EncryptionAlgorithm algorithm, int keyOctets) {
        try (Aead aead = provider().aead(algorithm, key(keyOctets))) {
            for (int round = 0; round < 200; round++) {
                byte[] plaintext = octets(random.nextInt(60));
                byte[] aad = octets(8);
                byte[] nonce = octets(Aead.NONCE_OCTETS);
                byte[] sealed = aead.seal(nonce, aad, plaintext);
                byte[][] parts = {sealed, aad, nonce};
                byte[] part = parts[round % 3];
                int bit = random.nextInt(part.length * 8);
                part[bit / 8] ^= (byte) (1 << bit % 8);
                assertThat(aead.open(nonce, aad, sealed)).isEmpty();
                part[bit / 8] ^= (byte) (1 << bit % 8);
                assertThat(aead.open(nonce, aad, sealed).orElseThrow()).isEqualTo(plaintext);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("aeads")
    void anythingShorterThanAnIcvIsRefused(EncryptionAlgorithm algorithm, int keyOctets) {
        try (Aead aead = provider().aead(algorithm, key(keyOctets))) {
            MemorySegment memory = MemorySegment.ofArray(new byte[64]);
            for (int length = 0; length < 16; length++) {
                assertThat(aead.open(octets(12), octets(8), 8, memory, 0, length, memory, 32))
                        .isFalse();
            }
            assertThat(aead.open(octets(12), octets(8), new byte[15])).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("aeads")
    @DisplayName("seal and open work in place and between places, on the heap and in native memory")
    void memoryOfEveryKind(EncryptionAlgorithm algorithm, int keyOctets) {
        KeyMaterial key = key(keyOctets);
        try (Arena arena = Arena.ofConfined();
                Aead ours = provider().aead(algorithm, key);
                Aead theirs = reference.aead(algorithm, key)) {
            List<MemorySegment> places =
                    List.of(
                            MemorySegment.ofArray(new byte[4096]),
                            MemorySegment.ofArray(new byte[5000]).asSlice(37, 4096),
                            arena.allocate(4096));
            byte[] aad = octets(20);
            for (MemorySegment source : places) {
                for (MemorySegment target : places) {
                    int length = random.nextInt(1500);
                    byte[] plaintext = octets(length);
                    byte[] nonce = octets(Aead.NONCE_OCTETS);
                    long at = source.equals(target) ? 11 : 2000;
                    source.fill((byte) 0x55);
                    target.fill((byte) 0x55);
                    MemorySegment.copy(plaintext, 0, source, ValueLayout.JAVA_BYTE, 11, length);
                    ours.seal(nonce, aad, 8, source, 11, length, target, at);
                    byte[] sealed = copy(target, at, length + 16);
                    assertThat(theirs.open(nonce, Arrays.copyOf(aad, 8), sealed))
                            .hasValue(plaintext);
                    assertThat(target.get(ValueLayout.JAVA_BYTE, at - 1)).isEqualTo((byte) 0x55);
                    assertThat(target.get(ValueLayout.JAVA_BYTE, at + length + 16))
                            .isEqualTo((byte) 0x55);
                    assertThat(ours.open(nonce, aad, 8, target, at, length + 16, target, at))
                            .isTrue();
                    assertThat(copy(target, at, length)).isEqualTo(plaintext);
                }
            }
        }
    }

    @Test
    void keysAndNoncesOfWrongSizeAreRefused() {
        for (int size : List.of(0, 15, 17, 20, 31, 33, 64)) {
            for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> {
                            if (algorithm.isAead()) {
                                provider().aead(algorithm, key(size));
                            } else {
                                provider().cipher(algorithm, key(size));
                            }
                        });
            }
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider().aead(EncryptionAlgorithm.AES_CBC, key(16)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider().cipher(EncryptionAlgorithm.AES_GCM_16, key(16)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider().integrity(IntegrityAlgorithm.NONE, key(0)));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> provider().integrity(IntegrityAlgorithm.HMAC_SHA2_256_128, key(31)));
        Aead aead = provider().aead(EncryptionAlgorithm.AES_GCM_16, key(16));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> aead.seal(octets(8), octets(8), octets(8)));
    }

    @ParameterizedTest
    @MethodSource("aeads")
    @DisplayName("an AEAD may be made by one thread and used by another")
    void anAeadMayMoveToItsThread(EncryptionAlgorithm algorithm, int keyOctets) throws Exception {
        byte[] nonce = octets(Aead.NONCE_OCTETS);
        byte[] plaintext = octets(100);
        try (Aead aead = provider().aead(algorithm, key(keyOctets));
                ExecutorService loop = Executors.newSingleThreadExecutor()) {
            byte[] sealed = loop.submit(() -> aead.seal(nonce, new byte[8], plaintext)).get();
            assertThat(aead.open(nonce, new byte[8], sealed)).hasValue(plaintext);
        }
    }

    @Test
    void whatIsClosedForgetsItsKey() {
        Aead aead = provider().aead(EncryptionAlgorithm.AES_GCM_16, key(16));
        UnauthenticatedCipher cipher = provider().cipher(EncryptionAlgorithm.AES_CBC, key(16));
        Integrity integrity = provider().integrity(IntegrityAlgorithm.HMAC_SHA2_256_128, key(32));
        for (int times = 0; times < 2; times++) {
            aead.close();
            cipher.close();
            integrity.close();
        }
        assertThatIllegalStateException()
                .isThrownBy(() -> aead.seal(octets(12), octets(8), octets(8)));
        assertThatIllegalStateException()
                .isThrownBy(() -> aead.open(octets(12), octets(8), octets(24)));
        assertThatIllegalStateException().isThrownBy(() -> cipher.encrypt(octets(16), octets(16)));
        assertThatIllegalStateException().isThrownBy(() -> integrity.icvOf(octets(16)));
    }

    @ParameterizedTest
    @MethodSource("ciphers")
    void twoProvidersEncryptAndDecryptTheSame(EncryptionAlgorithm algorithm, int keyOctets) {
        KeyMaterial key = key(keyOctets);
        try (Arena arena = Arena.ofConfined();
                UnauthenticatedCipher ours = provider().cipher(algorithm, key);
                UnauthenticatedCipher theirs = reference.cipher(algorithm, key)) {
            MemorySegment place = arena.allocate(70_000);
            for (int size : SIZES) {
                int length = size - size % algorithm.blockOctets();
                byte[] plaintext = octets(length);
                byte[] iv = octets(16);
                byte[] ciphertext = ours.encrypt(iv, plaintext);
                assertThat(ciphertext).isEqualTo(theirs.encrypt(iv, plaintext));
                assertThat(ours.decrypt(iv, ciphertext)).isEqualTo(plaintext);
                MemorySegment.copy(ciphertext, 0, place, ValueLayout.JAVA_BYTE, 3, length);
                ours.decrypt(iv, place, 3, length, place, 3);
                assertThat(copy(place, 3, length)).isEqualTo(plaintext);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void twoProvidersMakeTheSameIcv(IntegrityAlgorithm algorithm) {
        KeyMaterial key = key(algorithm.keyOctets());
        try (Arena arena = Arena.ofConfined();
                Integrity ours = provider().integrity(algorithm, key);
                Integrity theirs = reference.integrity(algorithm, key)) {
            MemorySegment place = arena.allocate(70_000);
            for (int size : SIZES) {
                byte[] message = octets(size);
                byte[] expected = theirs.icvOf(message);
                assertThat(expected).hasSize(algorithm.icvOctets());
                assertThat(ours.icvOf(message)).isEqualTo(expected);
                int cut = size / 3;
                MemorySegment.copy(message, 0, place, ValueLayout.JAVA_BYTE, 5, size);
                ours.update(place, 5, cut);
                ours.update(place, 5 + cut, size - cut);
                byte[] icv = new byte[algorithm.icvOctets() + 1];
                ours.finish(icv);
                assertThat(Arrays.copyOf(icv, algorithm.icvOctets())).isEqualTo(expected);
                assertThat(icv[algorithm.icvOctets()]).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void twoProvidersHaveTheSamePrf(PrfAlgorithm algorithm) {
        for (int size : List.of(0, 1, 20, 32, 64, 65, 128, 129, 400)) {
            byte[] key = octets(size);
            byte[] first = octets(random.nextInt(300));
            byte[] second = octets(random.nextInt(300));
            byte[] joined =
                    Octets.concat(Octets.of(first), Octets.EMPTY, Octets.of(second)).toArray();
            byte[] output = provider().prf(algorithm).apply(key, first, new byte[0], second);
            assertThat(output)
                    .hasSize(algorithm.outputOctets())
                    .isEqualTo(reference.prf(algorithm).apply(key, joined));
        }
    }

    static Stream<Arguments> aeads() {
        return algorithms(true);
    }

    static Stream<Arguments> ciphers() {
        return algorithms(false);
    }

    private static Stream<Arguments> algorithms(boolean aead) {
        return Stream.of(EncryptionAlgorithm.values())
                .filter(algorithm -> algorithm.isAead() == aead)
                .flatMap(algorithm ->
                        IntStream.of(0, 128, 192, 256)
                                .filter(bits -> takes(algorithm, bits))
                                .mapToObj(bits ->
                                        Arguments.of(algorithm, algorithm.keyOctets(bits))));
    }

    private static boolean takes(EncryptionAlgorithm algorithm, int bits) {
        return bits == 0 ? algorithm.keyLengths().isEmpty() : algorithm.keyLengths().contains(bits);
    }

    private KeyMaterial key(int size) {
        return KeyMaterial.wrap("test key", octets(size));
    }

    private byte[] octets(int size) {
        byte[] octets = new byte[size];
        random.nextBytes(octets);
        return octets;
    }

    private static byte[] copy(MemorySegment segment, long offset, int length) {
        return segment.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
    }
}
