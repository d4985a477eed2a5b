package io.culvert.linux.libcrypto;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.culvert.ipsec.value.Octets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// One `EVP_PKEY`, for the length of one operation.
///
/// Nothing native outlives a call of the provider: between calls a private key is octets in Java, which can be
/// overwritten, and cannot dangle.
final class NativeKey implements AutoCloseable {
    /// The types of raw keys, `EVP_PKEY_X25519` and so on.
    static final int X25519 = 1034;

    static final int X448 = 1035;
    static final int ED25519 = 1087;
    static final int ED448 = 1088;

    private static final MemorySegment NULL = MemorySegment.NULL;

    private final MemorySegment key;

    private NativeKey(MemorySegment key) {
        this.key = key;
    }

    /// A private key of an Edwards curve from PKCS #8, or nothing if it is another key or has other attributes too.
    static Optional<NativeKey> ofPkcs8(byte[] der) {
        for (RawForm form : RawForm.PRIVATE) {
            if (form.fits(der)) {
                return ofRawPrivate(form.type, form.octets(der));
            }
        }
        return Optional.empty();
    }

    /// A public key from a SubjectPublicKeyInfo, or nothing if libcrypto refuses it.
    static Optional<NativeKey> ofSubjectPublicKeyInfo(byte[] der) {
        for (RawForm form : RawForm.PUBLIC) {
            if (form.fits(der)) {
                return ofRawPublic(form.type, form.octets(der));
            }
        }
        try (Arena arena = Arena.ofConfined()) {
            return wrap(KeyCalls.readPublic(NULL, pointerTo(arena, copy(arena, der)), der.length));
        }
    }

    /// A key of one of the raw types from its private octets.
    static Optional<NativeKey> ofRawPrivate(int type, byte[] scalar) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment octets = copy(arena, scalar);
            MemorySegment key = KeyCalls.newRawPrivate(type, NULL, octets, scalar.length);
            octets.fill((byte) 0);
            return wrap(key);
        }
    }

    /// A key of one of the raw types from its public octets.
    static Optional<NativeKey> ofRawPublic(int type, byte[] u) {
        try (Arena arena = Arena.ofConfined()) {
            return wrap(KeyCalls.newRawPublic(type, NULL, copy(arena, u), u.length));
        }
    }

    /// The `EVP_PKEY`; not to be kept.
    MemorySegment pointer() {
        return key;
    }

    /// The u coordinate of an X25519 or X448 key.
    byte[] rawPublic(int size) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(size);
            MemorySegment length = arena.allocate(ValueLayout.JAVA_LONG);
            length.set(ValueLayout.JAVA_LONG, 0, size);
            Libcrypto.require(KeyCalls.rawPublic(key, out, length), "EVP_PKEY_get_raw_public_key");
            return out.toArray(JAVA_BYTE);
        }
    }

    /// The secret that this private key shares with `peer`, or nothing if libcrypto refuses the peer's key.
    Optional<byte[]> agree(NativeKey peer, int size) {
        MemorySegment context =
                Libcrypto.require(KeyCalls.newContext(key, NULL), "EVP_PKEY_CTX_new");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(size);
            MemorySegment length = arena.allocate(ValueLayout.JAVA_LONG);
            length.set(ValueLayout.JAVA_LONG, 0, size);
            Libcrypto.require(KeyCalls.deriveInit(context), "EVP_PKEY_derive_init");
            if (KeyCalls.derivePeer(context, peer.key) != 1
                    || KeyCalls.derive(context, out, length) != 1
                    || length.get(ValueLayout.JAVA_LONG, 0) != size) {
                return Optional.empty();
            }
            byte[] secret = out.toArray(JAVA_BYTE);
            out.fill((byte) 0);
            return Optional.of(secret);
        } finally {
            KeyCalls.freeContext(context);
        }
    }

    @Override
    public void close() {
        KeyCalls.free(key);
    }

    private static Optional<NativeKey> wrap(MemorySegment key) {
        return Libcrypto.isNull(key) ? Optional.empty() : Optional.of(new NativeKey(key));
    }

    private static MemorySegment copy(Arena arena, byte[] octets) {
        MemorySegment place = arena.allocate(Math.max(1, octets.length));
        MemorySegment.copy(octets, 0, place, JAVA_BYTE, 0, octets.length);
        return place;
    }

    private static MemorySegment pointerTo(Arena arena, MemorySegment octets) {
        return arena.allocateFrom(ValueLayout.ADDRESS, octets);
    }

    /// The one DER form that the keys of an Edwards curve have: a beginning that never differs, then the raw key.
    ///
    /// Reading it here saves libcrypto's decoder, which takes longer than a signature.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc8410#section-10 RFC 8410 section 10
    private record RawForm(int type, Octets beginning, int size) {
        static final List<RawForm> PRIVATE =
                List.of(
                        new RawForm(ED25519, Octets.ofHex("302e020100300506032b657004220420"), 32),
                        new RawForm(ED448, Octets.ofHex("3047020100300506032b6571043b0439"), 57));
        static final List<RawForm> PUBLIC =
                List.of(
                        new RawForm(ED25519, Octets.ofHex("302a300506032b6570032100"), 32),
                        new RawForm(ED448, Octets.ofHex("3043300506032b6571033a00"), 57));

        boolean fits(byte[] der) {
            return der.length == beginning.size() + size
                    && Octets.copyOf(der, 0, beginning.size()).equals(beginning);
        }

        byte[] octets(byte[] der) {
            return Arrays.copyOfRange(der, beginning.size(), der.length);
        }
    }
}
