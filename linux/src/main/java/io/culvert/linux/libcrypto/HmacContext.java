package io.culvert.linux.libcrypto;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// One `EVP_MAC_CTX` that does HMAC with one key.
///
/// As in [CipherContext], [#close] overwrites the key and the memory is freed with this object. For one thread at a
/// time.
final class HmacContext implements AutoCloseable {
    /// `OSSL_PARAM`, by which OpenSSL 3 passes a setting.
    static final StructLayout PARAMETER =
            MemoryLayout.structLayout(
                    ValueLayout.ADDRESS.withName("key"),
                    ValueLayout.JAVA_INT.withName("data_type"),
                    MemoryLayout.paddingLayout(4),
                    ValueLayout.ADDRESS.withName("data"),
                    ValueLayout.JAVA_LONG.withName("data_size"),
                    ValueLayout.JAVA_LONG.withName("return_size"));

    private static final int OSSL_PARAM_UTF8_STRING = 4;
    private static final MemorySegment NULL = MemorySegment.NULL;
    private static final int MAX_OUTPUT_OCTETS = 64;

    private final MemorySegment context;
    private final MemorySegment output;
    private final MemorySegment outputLength;
    private boolean closed;

    @SuppressWarnings("restricted") // ties the context to this object's life
    private HmacContext(MemorySegment mac, String hash, byte[] key) {
        Arena arena = Arena.ofAuto();
        context =
                Libcrypto.require(MacCalls.newContext(mac), "EVP_MAC_CTX_new")
                        .reinterpret(arena, MacCalls::free);
        output = arena.allocate(MAX_OUTPUT_OCTETS);
        outputLength = arena.allocate(ValueLayout.JAVA_LONG);
        try (Arena once = Arena.ofConfined()) {
            MemorySegment octets = once.allocate(Math.max(1, key.length));
            MemorySegment.copy(key, 0, octets, JAVA_BYTE, 0, key.length);
            int result = MacCalls.init(context, octets, key.length, parameters(once, hash));
            octets.fill((byte) 0);
            Libcrypto.require(result, "EVP_MAC_init");
        }
    }

    /// A context for one key, or nothing if this libcrypto has no HMAC.
    ///
    /// @param hash such as `SHA256`
    /// @param key of any length, also none
    static Optional<HmacContext> of(String hash, byte[] key) {
        return Fetched.HMAC.map(mac -> new HmacContext(mac, hash, key));
    }

    /// Takes in `size` octets of a native segment.
    void update(MemorySegment octets, long size) {
        requireOpen();
        Libcrypto.require(MacCalls.update(context, octets, size), "EVP_MAC_update");
    }

    /// Ends a message, copies the start of its code, as much as there is room for, and begins anew.
    void finish(byte[] code, int size) {
        requireOpen();
        Libcrypto.require(
                MacCalls.finish(context, output, outputLength, output.byteSize()), "EVP_MAC_final");
        MemorySegment.copy(output, JAVA_BYTE, 0, code, 0, size);
        Libcrypto.require(MacCalls.init(context, NULL, 0, NULL), "EVP_MAC_init");
    }

    @Override
    public void close() {
        closed = true;
        output.fill((byte) 0);
        // another key takes the place of ours, which libcrypto overwrites
        Libcrypto.require(MacCalls.init(context, output, output.byteSize(), NULL), "EVP_MAC_init");
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the key was forgotten");
        }
    }

    private static MemorySegment parameters(Arena arena, String hash) {
        // the second one is the end: all zeros
        MemorySegment parameters = arena.allocate(PARAMETER, 2);
        set(parameters, "key", arena.allocateFrom("digest"));
        set(parameters, "data", arena.allocateFrom(hash));
        parameters.set(ValueLayout.JAVA_INT, offset("data_type"), OSSL_PARAM_UTF8_STRING);
        parameters.set(ValueLayout.JAVA_LONG, offset("data_size"), hash.length());
        return parameters;
    }

    private static void set(MemorySegment parameter, String field, MemorySegment pointer) {
        parameter.set(ValueLayout.ADDRESS, offset(field), pointer);
    }

    private static long offset(String field) {
        return PARAMETER.byteOffset(PathElement.groupElement(field));
    }

    private static final class Fetched {
        static final Optional<MemorySegment> HMAC = fetch();

        private static Optional<MemorySegment> fetch() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment mac = MacCalls.fetch(NULL, arena.allocateFrom("HMAC"), NULL);
                return Libcrypto.isNull(mac) ? Optional.empty() : Optional.of(mac);
            }
        }
    }
}
