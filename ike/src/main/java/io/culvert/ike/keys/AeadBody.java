package io.culvert.ike.keys;

import io.culvert.ike.proposal.Encryption;
import io.culvert.ipsec.crypto.Aead;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.util.Arrays;
import java.util.Optional;

/// An encrypted payload's body with an AEAD: the IV is a counter, the nonce is salt and IV, there is no padding.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5282#section-3 RFC 5282 section 3
final class AeadBody implements BodyCipher {
    private final EncryptionAlgorithm algorithm;
    private final Aead aead;
    private final byte[] salt;
    private long nextIv;

    /// @param firstIv where the counter of IVs starts
    AeadBody(CryptoProvider crypto, Encryption encryption, KeyMaterial skE, long firstIv) {
        nextIv = firstIv;
        algorithm = encryption.algorithm();
        SaltedKey key = SaltedKey.split(encryption, skE);
        aead = crypto.aead(algorithm, key.key());
        salt = key.salt();
    }

    @Override
    public int bodyOctets(int plaintextOctets) {
        return algorithm.ivOctets() + plaintextOctets + 1 + algorithm.icvOctets();
    }

    @Override
    public int plaintextOctets(int bodyOctets) {
        return bodyOctets - algorithm.ivOctets() - 1 - algorithm.icvOctets();
    }

    @Override
    public Octets seal(Octets prefix, Octets plaintext) {
        Octets iv = new OctetsBuilder(8).u64(nextIv++).build();
        // no padding: the pad length is the zero behind the payloads
        byte[] padded = new byte[plaintext.size() + 1];
        plaintext.copyTo(padded, 0);
        byte[] sealed = aead.seal(nonce(iv), prefix.toArray(), padded);
        Arrays.fill(padded, (byte) 0);
        return Octets.concat(iv, Octets.wrap(sealed));
    }

    @Override
    public Optional<byte[]> open(Octets prefix, Octets body) {
        if (body.size() < bodyOctets(0)) {
            return Optional.empty();
        }
        Octets iv = body.slice(0, algorithm.ivOctets());
        byte[] sealed = body.slice(algorithm.ivOctets()).toArray();
        return aead.open(nonce(iv), prefix.toArray(), sealed);
    }

    private byte[] nonce(Octets iv) {
        byte[] nonce = Arrays.copyOf(salt, Aead.NONCE_OCTETS);
        iv.copyTo(nonce, salt.length);
        return nonce;
    }

    @Override
    public void close() {
        aead.close();
        Arrays.fill(salt, (byte) 0);
    }
}
