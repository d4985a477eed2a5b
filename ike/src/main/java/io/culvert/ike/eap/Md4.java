package io.culvert.ike.eap;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The message digest MD4, which the JDK has not. Broken as a digest; MSCHAPv2 is defined with it.
///
/// @spec https://www.rfc-editor.org/rfc/rfc1320#section-3 RFC 1320 section 3
final class Md4 {
    private static final int BLOCK = 64;
    private static final int ROUND_2 = 0x5a827999;
    private static final int ROUND_3 = 0x6ed9eba1;
    private static final int[] STATE = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    private static final int[][] SHIFTS = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
    private static final int[][] ORDER = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
        {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15},
        {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15}
    };

    private Md4() {}

    /// The 16 octets of the digest.
    static byte[] digest(byte[] message) {
        int padded = (message.length + 8) / BLOCK * BLOCK + BLOCK;
        byte[] blocks = Arrays.copyOf(message, padded);
        blocks[message.length] = (byte) 0x80;
        ByteBuffer words = ByteBuffer.wrap(blocks).order(ByteOrder.LITTLE_ENDIAN);
        words.putLong(padded - 8, 8L * message.length);
        int[] state = STATE.clone();
        for (int at = 0; at < padded; at += BLOCK) {
            compress(state, words, at);
        }
        Arrays.fill(blocks, (byte) 0);
        ByteBuffer digest = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : state) {
            digest.putInt(word);
        }
        return digest.array();
    }

    private static void compress(int[] state, ByteBuffer words, int at) {
        int[] s = state.clone();
        for (int round = 0; round < 3; round++) {
            for (int step = 0; step < 16; step++) {
                int word = words.getInt(at + 4 * ORDER[round][step]);
                int mixed =
                        switch (round) {
                            case 0 -> (s[1] & s[2]) | (~s[1] & s[3]);
                            case 1 -> ((s[1] & s[2]) | (s[1] & s[3]) | (s[2] & s[3])) + ROUND_2;
                            default -> (s[1] ^ s[2] ^ s[3]) + ROUND_3;
                        };
                int next = Integer.rotateLeft(s[0] + mixed + word, SHIFTS[round][step % 4]);
                s[0] = s[3];
                s[3] = s[2];
                s[2] = s[1];
                s[1] = next;
            }
        }
        for (int i = 0; i < state.length; i++) {
            state[i] += s[i];
        }
    }
}
