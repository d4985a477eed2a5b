package io.culvert.linux.libcrypto;

import io.culvert.ipsec.value.Octets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// A curve as libcrypto knows it: how its keys are drawn, read and written.
///
/// Keys of the NIST curves go in and out as DER, whose beginning is the same for all keys of a curve; they need no
/// handling of points and numbers by us.
enum Curve {
    P256(
            32,
            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
            "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420",
            "3059301306072a8648ce3d020106082a8648ce3d03010703420004"),
    P384(
            48,
            "ffffffffffffffffffffffffffffffffffffffffffffffff"
                    + "c7634d81f4372ddf581a0db248b0a77aecec196accc52973",
            "304e020100301006072a8648ce3d020106052b81040022043730350201010430",
            "3076301006072a8648ce3d020106052b8104002203620004"),
    P521(
            66,
            "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
                    + "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
            "3060020100301006072a8648ce3d020106052b81040023044930470201010442",
            "30819b301006072a8648ce3d020106052b810400230381860004"),
    X25519(1034, 32),
    X448(1035, 56);

    private final int rawType;
    private final int privateOctets;
    private final String order;
    private final String pkcs8Prefix;
    private final String publicPrefix;

    /// A NIST curve.
    ///
    /// @param order how many points it has, in hexadecimal; a private key is smaller
    /// @param pkcs8Prefix PKCS #8 up to the private key, which is the end
    /// @param publicPrefix SubjectPublicKeyInfo up to x and y, which are the end
    Curve(int privateOctets, String order, String pkcs8Prefix, String publicPrefix) {
        this.rawType = 0;
        this.privateOctets = privateOctets;
        this.order = order;
        this.pkcs8Prefix = pkcs8Prefix;
        this.publicPrefix = publicPrefix;
    }

    /// A Montgomery curve.
    ///
    /// @param rawType its number in libcrypto, `EVP_PKEY_X25519` or `EVP_PKEY_X448`
    Curve(int rawType, int privateOctets) {
        this.rawType = rawType;
        this.privateOctets = privateOctets;
        this.order = "";
        this.pkcs8Prefix = "";
        this.publicPrefix = "";
    }

    /// A fresh private key. For a NIST curve numbers are drawn until one is below the order, so each is as likely.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc7748#section-5 RFC 7748 section 5
    byte[] drawPrivate(SecureRandom random) {
        byte[] octets = new byte[privateOctets];
        do {
            random.nextBytes(octets);
            if (this == P521) {
                octets[0] &= 1;
            }
        } while (!isPrivate(octets));
        return octets;
    }

    /// The key of these octets. The caller closes it.
    ///
    /// @throws IllegalStateException if they are no private key of this curve
    NativeKey privateKey(byte[] octets) {
        Optional<NativeKey> key;
        if (isRaw()) {
            key = NativeKey.ofRawPrivate(rawType, octets);
        } else {
            byte[] der = join(pkcs8Prefix, octets);
            key = NativeKey.ofPkcs8(der);
            Arrays.fill(der, (byte) 0);
        }
        return key.orElseThrow(() -> new IllegalStateException("no private key of " + this));
    }

    /// The key of a peer's value, or nothing if it is none. The caller closes it.
    Optional<NativeKey> publicKey(byte[] value) {
        return isRaw()
                ? NativeKey.ofRawPublic(rawType, value)
                : NativeKey.ofSubjectPublicKeyInfo(join(publicPrefix, value));
    }

    /// The value that a peer is sent.
    byte[] publicValue(NativeKey key) {
        if (isRaw()) {
            return key.rawPublic(privateOctets);
        }
        int start = publicPrefix.length() / 2;
        int size = start + 2 * privateOctets;
        return Arrays.copyOfRange(key.subjectPublicKeyInfo(size), start, size);
    }

    private static byte[] join(String prefix, byte[] octets) {
        byte[] start = HexFormat.of().parseHex(prefix);
        byte[] joined = Arrays.copyOf(start, start.length + octets.length);
        System.arraycopy(octets, 0, joined, start.length, octets.length);
        return joined;
    }

    private boolean isRaw() {
        return rawType != 0;
    }

    private boolean isPrivate(byte[] octets) {
        if (isRaw()) {
            return true;
        }
        Octets zero = Octets.wrap(new byte[privateOctets]);
        Octets number = Octets.wrap(octets);
        return number.compareTo(zero) > 0 && number.compareTo(Octets.ofHex(order)) < 0;
    }
}
