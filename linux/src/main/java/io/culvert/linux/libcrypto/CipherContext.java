package io.culvert.linux.libcrypto;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.value.KeyMaterial;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// One `EVP_CIPHER_CTX` with its key, and the small pieces of native memory that every message needs.
///
/// [#close] overwrites the key at once. The memory itself is freed when this object is unreachable, never before, so
/// that a use after close is an exception and not a crash. For one thread at a time.
final class CipherContext implements AutoCloseable {
    private static final MemorySegment NULL = MemorySegment.NULL;
    private static final ConcurrentMap<String, Optional<MemorySegment>> FETCHED =
            new ConcurrentHashMap<>();

    private static final int GET_TAG = 0x10;
    private static final int SET_TAG = 0x11;
    private static final int AAD_OCTETS = 64;

    /// Where things lie in [#memory]: the IV, whose place takes the count of written octets once libcrypto has read it;
    /// additional data; the key.
    private static final long AAD_AT = 16;

    private static final long KEY_AT = AAD_AT + AAD_OCTETS;
    private static final long ALIGNMENT = 16;
    private static final int ENCRYPT = 1;
    private static final int DECRYPT = 0;

    private final MemorySegment context;

    /// One piece, as a gateway has four contexts for each of its many clients.
    private final MemorySegment memory;

    private MemorySegment aad;
    private int keyedFor = -1;
    private boolean closed;

    @SuppressWarnings("restricted") // ties the context to this object's life
    private CipherContext(MemorySegment cipher, KeyMaterial keyMaterial) {
        Arena arena = Arena.ofAuto();
        context =
                Libcrypto.require(CipherCalls.newContext(), "EVP_CIPHER_CTX_new")
                        .reinterpret(arena, CipherCalls::free);
        memory = arena.allocate(KEY_AT + keyMaterial.size(), ALIGNMENT);
        aad = memory.asSlice(AAD_AT, AAD_OCTETS);
        byte[] octets = keyMaterial.expose();
        MemorySegment.copy(octets, 0, memory, JAVA_BYTE, KEY_AT, octets.length);
        Arrays.fill(octets, (byte) 0);
        Libcrypto.require(
                CipherCalls.init(context, cipher, NULL, NULL, NULL, ENCRYPT), "EVP_CipherInit_ex");
        Libcrypto.require(CipherCalls.setPadding(context, 0), "EVP_CIPHER_CTX_set_padding");
    }

    /// A context for one key, or nothing if this libcrypto does not have the algorithm.
    static Optional<CipherContext> of(EncryptionAlgorithm algorithm, KeyMaterial key) {
        return FETCHED.computeIfAbsent(name(algorithm, key.size() * 8), CipherContext::fetch)
                .map(cipher -> new CipherContext(cipher, key));
    }

    void encrypt(byte[] newIv) {
        begin(newIv, ENCRYPT);
    }

    void decrypt(byte[] newIv) {
        begin(newIv, DECRYPT);
    }

    /// Takes in additional data.
    void authenticate(byte[] octets, int size) {
        if (size == 0) {
            return;
        }
        if (size > aad.byteSize()) {
            aad = Arena.ofAuto().allocate(size);
        }
        MemorySegment.copy(octets, 0, aad, JAVA_BYTE, 0, size);
        Libcrypto.require(CipherCalls.update(context, NULL, memory, aad, size), "EVP_CipherUpdate");
    }

    /// Takes in `size` octets and gives out as many. Both segments are native.
    void update(MemorySegment in, MemorySegment out, int size) {
        if (size > 0) {
            Libcrypto.require(
                    CipherCalls.update(context, out, memory, in, size), "EVP_CipherUpdate");
        }
    }

    /// Says which ICV the message must have.
    void expect(MemorySegment icv) {
        Libcrypto.require(
                CipherCalls.control(context, SET_TAG, (int) icv.byteSize(), icv),
                "EVP_CIPHER_CTX_ctrl");
    }

    /// Ends a message.
    ///
    /// @return false if it has not the ICV that was expected
    boolean finish() {
        // no cipher without padding has octets left to write; the AAD is just a place that can be
        // written
        return CipherCalls.finish(context, aad, memory) == 1;
    }

    /// Writes the ICV of a message that was encrypted.
    void icv(MemorySegment icv) {
        Libcrypto.require(
                CipherCalls.control(context, GET_TAG, (int) icv.byteSize(), icv),
                "EVP_CIPHER_CTX_ctrl");
    }

    @Override
    public void close() {
        closed = true;
        key().fill((byte) 0);
        Libcrypto.require(CipherCalls.reset(context), "EVP_CIPHER_CTX_reset");
    }

    private void begin(byte[] newIv, int direction) {
        if (closed) {
            throw new IllegalStateException("the key was forgotten");
        }
        MemorySegment.copy(newIv, 0, memory, JAVA_BYTE, 0, newIv.length);
        // CBC has a key schedule for each direction, so the key is given again when it changes
        MemorySegment newKey = direction == keyedFor ? NULL : key();
        keyedFor = direction;
        Libcrypto.require(
                CipherCalls.init(context, NULL, NULL, newKey, memory, direction),
                "EVP_CipherInit_ex");
    }

    private MemorySegment key() {
        return memory.asSlice(KEY_AT);
    }

    private static Optional<MemorySegment> fetch(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cipher = CipherCalls.fetch(NULL, arena.allocateFrom(name), NULL);
            return Libcrypto.isNull(cipher) ? Optional.empty() : Optional.of(cipher);
        }
    }

    private static String name(EncryptionAlgorithm algorithm, int keyBits) {
        return switch (algorithm) {
            case AES_CBC -> "AES-" + keyBits + "-CBC";
            case AES_CTR -> "AES-" + keyBits + "-CTR";
            case AES_GCM_16 -> "AES-" + keyBits + "-GCM";
            case CHACHA20_POLY1305 -> "ChaCha20-Poly1305";
        };
    }
}
