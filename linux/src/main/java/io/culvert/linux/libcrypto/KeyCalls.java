package io.culvert.linux.libcrypto;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Asymmetric keys, what is agreed and what is signed with them: `EVP_PKEY` and `EVP_MD_CTX`.
final class KeyCalls {
    private KeyCalls() {}

    /// An X25519 or X448 key from its scalar.
    static MemorySegment newRawPrivate(
            int type, MemorySegment engine, MemorySegment octets, long length) {
        try {
            return (MemorySegment) NewRawPrivate.CALL.invokeExact(type, engine, octets, length);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// An X25519 or X448 key from its u coordinate.
    static MemorySegment newRawPublic(
            int type, MemorySegment engine, MemorySegment octets, long length) {
        try {
            return (MemorySegment) NewRawPublic.CALL.invokeExact(type, engine, octets, length);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// The u coordinate of an X25519 or X448 key.
    static int rawPublic(MemorySegment key, MemorySegment out, MemorySegment outLength) {
        try {
            return (int) RawPublic.CALL.invokeExact(key, out, outLength);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// A public key from a SubjectPublicKeyInfo, NULL if it is none.
    static MemorySegment readPublic(MemorySegment reuse, MemorySegment place, long length) {
        try {
            return (MemorySegment) ReadPublic.CALL.invokeExact(reuse, place, length);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Overwrites and frees a key.
    static void free(MemorySegment key) {
        try {
            Free.CALL.invokeExact(key);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// A context to work with a key.
    static MemorySegment newContext(MemorySegment key, MemorySegment engine) {
        try {
            return (MemorySegment) NewContext.CALL.invokeExact(key, engine);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Frees such a context.
    static void freeContext(MemorySegment context) {
        try {
            FreeContext.CALL.invokeExact(context);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Begins to agree on a secret.
    static int deriveInit(MemorySegment context) {
        try {
            return (int) DeriveInit.CALL.invokeExact(context);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Takes and checks the peer's key.
    static int derivePeer(MemorySegment context, MemorySegment peer) {
        try {
            return (int) DerivePeer.CALL.invokeExact(context, peer);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Writes the secret.
    static int derive(MemorySegment context, MemorySegment out, MemorySegment outLength) {
        try {
            return (int) Derive.CALL.invokeExact(context, out, outLength);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// A context to sign or to verify.
    static MemorySegment newDigest() {
        try {
            return (MemorySegment) NewDigest.CALL.invokeExact();
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Frees such a context.
    static void freeDigest(MemorySegment context) {
        try {
            FreeDigest.CALL.invokeExact(context);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// A hash, NULL if there is none of this name. Static.
    static MemorySegment digest(MemorySegment name) {
        try {
            return (MemorySegment) Digest.CALL.invokeExact(name);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Begins to sign.
    static int signInit(
            MemorySegment context,
            MemorySegment keyContext,
            MemorySegment hash,
            MemorySegment engine,
            MemorySegment key) {
        try {
            return (int) SignInit.CALL.invokeExact(context, keyContext, hash, engine, key);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Signs; into a NULL `out` only the length.
    static int sign(
            MemorySegment context,
            MemorySegment out,
            MemorySegment outLength,
            MemorySegment message,
            long length) {
        try {
            return (int) Sign.CALL.invokeExact(context, out, outLength, message, length);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Begins to verify.
    static int verifyInit(
            MemorySegment context,
            MemorySegment keyContext,
            MemorySegment hash,
            MemorySegment engine,
            MemorySegment key) {
        try {
            return (int) VerifyInit.CALL.invokeExact(context, keyContext, hash, engine, key);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// 1 if the signature is genuine; 0 or less if not.
    static int verify(
            MemorySegment context,
            MemorySegment signature,
            long signatureLength,
            MemorySegment message,
            long length) {
        try {
            return (int)
                    Verify.CALL.invokeExact(context, signature, signatureLength, message, length);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    // One class per function, so that it is linked at its first use and its handle is a constant.

    private static final class NewRawPrivate {
        // EVP_PKEY *EVP_PKEY_new_raw_private_key(int type, ENGINE *e, const unsigned char *priv,
        //     size_t len)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_PKEY_new_raw_private_key",
                        FunctionDescriptor.of(
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG));
    }

    private static final class NewRawPublic {
        // EVP_PKEY *EVP_PKEY_new_raw_public_key(int type, ENGINE *e, const unsigned char *pub,
        //     size_t len)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_PKEY_new_raw_public_key",
                        FunctionDescriptor.of(
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG));
    }

    private static final class RawPublic {
        // int EVP_PKEY_get_raw_public_key(const EVP_PKEY *pkey, unsigned char *pub, size_t *len)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_PKEY_get_raw_public_key",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS));
    }

    private static final class ReadPublic {
        // EVP_PKEY *d2i_PUBKEY(EVP_PKEY **a, const unsigned char **pp, long length)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "d2i_PUBKEY",
                        FunctionDescriptor.of(
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG));
    }

    private static final class Free {
        // void EVP_PKEY_free(EVP_PKEY *pkey)
        static final MethodHandle CALL =
                Libcrypto.link("EVP_PKEY_free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    }

    private static final class NewContext {
        // EVP_PKEY_CTX *EVP_PKEY_CTX_new(EVP_PKEY *pkey, ENGINE *e)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_PKEY_CTX_new",
                        FunctionDescriptor.of(
                                ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    }

    private static final class FreeContext {
        // void EVP_PKEY_CTX_free(EVP_PKEY_CTX *ctx)
        static final MethodHandle CALL =
                Libcrypto.link("EVP_PKEY_CTX_free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    }

    private static final class DeriveInit {
        // int EVP_PKEY_derive_init(EVP_PKEY_CTX *ctx)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_PKEY_derive_init",
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    }

    private static final class DerivePeer {
        // int EVP_PKEY_derive_set_peer(EVP_PKEY_CTX *ctx, EVP_PKEY *peer)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_PKEY_derive_set_peer",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    }

    private static final class Derive {
        // int EVP_PKEY_derive(EVP_PKEY_CTX *ctx, unsigned char *key, size_t *keylen)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_PKEY_derive",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS));
    }

    private static final class NewDigest {
        // EVP_MD_CTX *EVP_MD_CTX_new(void)
        static final MethodHandle CALL =
                Libcrypto.link("EVP_MD_CTX_new", FunctionDescriptor.of(ValueLayout.ADDRESS));
    }

    private static final class FreeDigest {
        // void EVP_MD_CTX_free(EVP_MD_CTX *ctx)
        static final MethodHandle CALL =
                Libcrypto.link("EVP_MD_CTX_free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    }

    private static final class Digest {
        // const EVP_MD *EVP_get_digestbyname(const char *name)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_get_digestbyname",
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    }

    private static final class SignInit {
        // int EVP_DigestSignInit(EVP_MD_CTX *ctx, EVP_PKEY_CTX **pctx, const EVP_MD *type,
        //     ENGINE *e, EVP_PKEY *pkey)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_DigestSignInit",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS));
    }

    private static final class Sign {
        // int EVP_DigestSign(EVP_MD_CTX *ctx, unsigned char *sigret, size_t *siglen,
        //     const unsigned char *tbs, size_t tbslen)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_DigestSign",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG));
    }

    private static final class VerifyInit {
        // int EVP_DigestVerifyInit(EVP_MD_CTX *ctx, EVP_PKEY_CTX **pctx, const EVP_MD *type,
        //     ENGINE *e, EVP_PKEY *pkey)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_DigestVerifyInit",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS));
    }

    private static final class Verify {
        // int EVP_DigestVerify(EVP_MD_CTX *ctx, const unsigned char *sigret, size_t siglen,
        //     const unsigned char *tbs, size_t tbslen)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_DigestVerify",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG));
    }
}
