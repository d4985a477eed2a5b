package io.culvert.ike.eap;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/// The arithmetic of MS-CHAP-V2: from a password and two challenges to proofs and keys. No state.
///
/// @spec https://www.rfc-editor.org/rfc/rfc2759#section-8 RFC 2759 section 8
/// @spec https://www.rfc-editor.org/rfc/rfc3079#section-3 RFC 3079 section 3
final class ChapV2 {
    /// The octets of a challenge.
    static final int CHALLENGE_OCTETS = 16;

    /// The octets of a response.
    static final int RESPONSE_OCTETS = 24;

    private static final int MSK_OCTETS = 64;
    private static final int KEY_OCTETS = 16;
    private static final byte[] SERVER_SIGNING = ascii("Magic server to client signing constant");
    private static final byte[] ITERATION = ascii("Pad to make it do more than one iteration");
    private static final byte[] MASTER_KEY = ascii("This is the MPPE Master Key");
    private static final byte[] PEER_SENDS =
            ascii(
                    "On the client side, this is the send key; on the server side, it is the"
                            + " receive key.");
    private static final byte[] SERVER_SENDS =
            ascii(
                    "On the client side, this is the receive key; on the server side, it is the"
                            + " send key.");
    private static final byte[] PAD_1 = new byte[40];
    private static final byte[] PAD_2 = filled(40, 0xf2);

    private ChapV2() {}

    /// The MD4 digest of a password: as good as the password itself.
    static KeyMaterial passwordHash(KeyMaterial password) {
        byte[] utf8 = password.expose();
        byte[] utf16 = new String(utf8, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16LE);
        byte[] hash = Md4.digest(utf16);
        Arrays.fill(utf8, (byte) 0);
        Arrays.fill(utf16, (byte) 0);
        return KeyMaterial.wrap("MS-CHAP-V2 password hash", hash);
    }

    /// The peer's proof.
    ///
    /// @param server the server's challenge
    /// @param peer the peer's challenge
    /// @param name the peer's name without a domain
    static Octets response(Octets server, Octets peer, String name, KeyMaterial passwordHash) {
        byte[] challenge = challengeHash(server, peer, name);
        byte[] keys = Arrays.copyOf(passwordHash.expose(), 21);
        Octets response =
                Octets.concat(
                        des(challenge, keys, 0), des(challenge, keys, 7), des(challenge, keys, 14));
        Arrays.fill(keys, (byte) 0);
        return response;
    }

    /// The server's proof, 20 octets, which hangs on the peer's.
    static Octets authenticatorResponse(
            Octets server, Octets peer, String name, KeyMaterial passwordHash, Octets response) {
        byte[] hashHash = Md4.digest(passwordHash.expose());
        byte[] signed = sha1(hashHash, response.toArray(), SERVER_SIGNING);
        return Octets.wrap(sha1(signed, challengeHash(server, peer, name), ITERATION));
    }

    /// The master session key as IKEv2 takes it: what the server receives with, what it sends with, zeros.
    static KeyMaterial msk(KeyMaterial passwordHash, Octets response) {
        byte[] hashHash = Md4.digest(passwordHash.expose());
        byte[] master = Arrays.copyOf(sha1(hashHash, response.toArray(), MASTER_KEY), KEY_OCTETS);
        byte[] msk = new byte[MSK_OCTETS];
        System.arraycopy(sha1(master, PAD_1, PEER_SENDS, PAD_2), 0, msk, 0, KEY_OCTETS);
        System.arraycopy(sha1(master, PAD_1, SERVER_SENDS, PAD_2), 0, msk, KEY_OCTETS, KEY_OCTETS);
        Arrays.fill(master, (byte) 0);
        return KeyMaterial.wrap("MSK of EAP-MSCHAPv2", msk);
    }

    /// The name without a Windows domain in front.
    static String withoutDomain(String name) {
        return name.substring(name.lastIndexOf('\\') + 1);
    }

    /// The server's proof as it goes over the wire: 40 hexadecimal digits.
    static String shown(Octets authenticatorResponse) {
        return HexFormat.of().withUpperCase().formatHex(authenticatorResponse.toArray());
    }

    private static byte[] challengeHash(Octets server, Octets peer, String name) {
        byte[] user = name.getBytes(StandardCharsets.UTF_8);
        return Arrays.copyOf(sha1(peer.toArray(), server.toArray(), user), 8);
    }

    /// DES with the 56 bits of key that start at `offset`, spread out over eight octets with room for parity.
    private static Octets des(byte[] block, byte[] keys, int offset) {
        byte[] key = new byte[8];
        for (int i = 0; i < key.length; i++) {
            int high = i == 0 ? 0 : keys[offset + i - 1] << (8 - i);
            int low = i == 7 ? 0 : (keys[offset + i] & 0xff) >>> i;
            key[i] = (byte) ((high | low) & 0xfe);
        }
        try {
            Cipher cipher = Cipher.getInstance("DES/ECB/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "DES"));
            return Octets.wrap(cipher.doFinal(block));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has DES", e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static byte[] sha1(byte[]... parts) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            for (byte[] part : parts) {
                sha1.update(part);
            }
            return sha1.digest();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] filled(int size, int value) {
        byte[] octets = new byte[size];
        Arrays.fill(octets, (byte) value);
        return octets;
    }
}
