package io.culvert.ike.keys;

import io.culvert.ipsec.value.Octets;
import java.util.Optional;

/// Makes and reads the body of an encrypted payload: IV, ciphertext, ICV.
sealed interface BodyCipher extends AutoCloseable permits AeadBody, EncryptThenMacBody {
    /// The length of the body around so many octets of payloads.
    int bodyOctets(int plaintextOctets);

    /// The most octets of payloads in a body of at most so many octets; not positive if there is no room.
    int plaintextOctets(int bodyOctets);

    /// The body around payloads.
    ///
    /// @param prefix everything of the message before the body
    Octets seal(Octets prefix, Octets plaintext);

    /// Payloads, padding and pad length: at least one octet. Nothing if the ICV is wrong or has no room.
    ///
    /// @param prefix everything of the message before the body
    Optional<byte[]> open(Octets prefix, Octets body);

    @Override
    void close();
}
