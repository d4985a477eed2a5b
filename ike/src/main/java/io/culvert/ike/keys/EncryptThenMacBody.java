package io.culvert.ike.keys;

import io.culvert.ike.proposal.Encryption;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.Integrity;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.UnauthenticatedCipher;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/// An encrypted payload's body with a cipher and an integrity algorithm beside it: the ICV covers the whole message, from
/// the IKE header to the end of the ciphertext.
///
/// The IV of CBC is random, that of CTR a counter.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.14 RFC 7296 section 3.14
/// @spec https://www.rfc-editor.org/rfc/rfc5930#section-2 RFC 5930 section 2
final class EncryptThenMacBody implements BodyCipher {
    private static final int AES_BLOCK_OCTETS = 16;

    private final EncryptionAlgorithm algorithm;
    private final UnauthenticatedCipher cipher;
    private final Integrity integrity;
    private final byte[] salt;
    private final SecureRandom random;
    private long nextIv;

    EncryptThenMacBody(
            CryptoProvider crypto,
            Encryption encryption,
            IntegrityAlgorithm integrityAlgorithm,
            KeyMaterial skE,
            KeyMaterial skA,
            SecureRandom random) {
        algorithm = encryption.algorithm();
        SaltedKey key = SaltedKey.split(encryption, skE);
        cipher = crypto.cipher(algorithm, key.key());
        integrity = crypto.integrity(integrityAlgorithm, skA);
        salt = key.salt();
        this.random = random;
    }

    @Override
    public int bodyOctets(int plaintextOctets) {
        return algorithm.ivOctets() + paddedOctets(plaintextOctets) + icvOctets();
    }

    @Override
    public int plaintextOctets(int bodyOctets) {
        int padded = bodyOctets - algorithm.ivOctets() - icvOctets();
        return padded - Math.floorMod(padded, algorithm.blockOctets()) - 1;
    }

    @Override
    public Octets seal(Octets prefix, Octets plaintext) {
        byte[] padded = new byte[paddedOctets(plaintext.size())];
        plaintext.copyTo(padded, 0);
        padded[padded.length - 1] = (byte) (padded.length - 1 - plaintext.size());
        Octets iv = nextIv();
        byte[] ciphertext = cipher.encrypt(block(iv), padded);
        Arrays.fill(padded, (byte) 0);
        Octets open = Octets.concat(iv, Octets.wrap(ciphertext));
        return Octets.concat(open, Octets.wrap(icv(prefix, open)));
    }

    @Override
    public Optional<byte[]> open(Octets prefix, Octets body) {
        int covered = body.size() - icvOctets();
        int ciphertextOctets = covered - algorithm.ivOctets();
        if (ciphertextOctets < 1 || ciphertextOctets % algorithm.blockOctets() != 0) {
            return Optional.empty();
        }
        byte[] expected = icv(prefix, body.slice(0, covered));
        if (!MessageDigest.isEqual(expected, body.slice(covered).toArray())) {
            return Optional.empty();
        }
        Octets iv = body.slice(0, algorithm.ivOctets());
        byte[] ciphertext = body.slice(algorithm.ivOctets(), covered).toArray();
        return Optional.of(cipher.decrypt(block(iv), ciphertext));
    }

    private int paddedOctets(int plaintextOctets) {
        int block = algorithm.blockOctets();
        return Math.ceilDiv(plaintextOctets + 1, block) * block;
    }

    private int icvOctets() {
        return integrity.algorithm().icvOctets();
    }

    private byte[] icv(Octets prefix, Octets covered) {
        integrity.update(prefix.toArray());
        integrity.update(covered.toArray());
        byte[] icv = new byte[icvOctets()];
        integrity.finish(icv);
        return icv;
    }

    private Octets nextIv() {
        if (algorithm.ivOctets() == AES_BLOCK_OCTETS) {
            byte[] iv = new byte[AES_BLOCK_OCTETS];
            random.nextBytes(iv);
            return Octets.wrap(iv);
        }
        return new OctetsBuilder(8).u64(nextIv++).build();
    }

    /// What the cipher starts from: the IV itself, or in counter mode nonce, IV and the first block's number.
    private byte[] block(Octets iv) {
        return iv.size() == AES_BLOCK_OCTETS
                ? iv.toArray()
                : new OctetsBuilder(AES_BLOCK_OCTETS).octets(salt).octets(iv).u32(1).toArray();
    }

    @Override
    public void close() {
        cipher.close();
        integrity.close();
        Arrays.fill(salt, (byte) 0);
    }
}
