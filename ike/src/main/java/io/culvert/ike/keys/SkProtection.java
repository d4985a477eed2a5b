package io.culvert.ike.keys;

import io.culvert.ike.proposal.Encryption;
import io.culvert.ike.wire.Encrypted;
import io.culvert.ike.wire.EncryptedFragment;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Seals or opens the messages of one direction of an IKE SA, whole or as fragments.
///
/// ```
/// SK: header(4) | IV | encrypted( payloads | padding | pad length(1) ) | ICV
/// ```
///
/// The object that seals owns the counter of IVs: as long as there is one object for one key and direction, no IV is
/// used twice (IK-070), also not between forms of the same message. A transport's marker or length prefix is not part of
/// a message here (IK-072). For one thread.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.14 RFC 7296 section 3.14
/// @spec https://www.rfc-editor.org/rfc/rfc7383#section-2.5 RFC 7383 section 2.5
public final class SkProtection implements AutoCloseable {
    private static final int PAYLOAD_HEADER_OCTETS = 4;
    private static final int MAX_FRAGMENTS = 0xffff;

    private final BodyCipher cipher;

    /// @param skE SK_ei or SK_er, with its salt
    /// @param skA SK_ai or SK_ar; empty with an AEAD
    /// @param random gives the IVs of CBC
    /// @throws IllegalArgumentException if the algorithms or the key sizes do not go together
    public SkProtection(
            CryptoProvider crypto,
            Encryption encryption,
            IntegrityAlgorithm integrity,
            KeyMaterial skE,
            KeyMaterial skA,
            SecureRandom random) {
        if (encryption.algorithm().isAead() != (integrity == IntegrityAlgorithm.NONE)) {
            throw new IllegalArgumentException(
                    encryption.algorithm() + " does not go with " + integrity);
        }
        this.cipher =
                encryption.algorithm().isAead()
                        ? new AeadBody(crypto, encryption, skE, 0)
                        : new EncryptThenMacBody(crypto, encryption, integrity, skE, skA, random);
    }

    /// A whole message with an SK payload.
    ///
    /// @param clear payloads before the SK payload, in nearly all messages none
    /// @param inner payloads inside it, possibly none
    /// @throws IllegalArgumentException if they are too long for one payload: see [#sealWithin]
    public Octets seal(IkeHeader header, List<Payload> clear, List<Payload> inner) {
        Octets plaintext = MessageCodec.encodePayloads(inner);
        int bodyOctets = cipher.bodyOctets(plaintext.size());
        Octets prefix =
                MessageCodec.protectedPrefix(
                        header, clear, PayloadChain.firstType(inner), bodyOctets);
        return Octets.concat(prefix, cipher.seal(prefix, plaintext));
    }

    /// The message as one SK message if that has at most `messageOctets`, else as fragments of at most that size.
    ///
    /// @param messageOctets the size, IKE header included, transport's headers not
    /// @throws IllegalArgumentException if not even one octet of content fits into a fragment
    public List<Octets> sealWithin(
            IkeHeader header, List<Payload> clear, List<Payload> inner, int messageOctets) {
        Octets plaintext = MessageCodec.encodePayloads(inner);
        int clearOctets = MessageCodec.encodePayloads(clear).size();
        int whole =
                IkeHeader.OCTETS
                        + clearOctets
                        + PAYLOAD_HEADER_OCTETS
                        + cipher.bodyOctets(plaintext.size());
        if (whole <= messageOctets) {
            return List.of(seal(header, clear, inner));
        }
        List<Octets> parts = parts(plaintext, clearOctets, messageOctets);
        List<Octets> fragments = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            // payloads in the clear, and the type of the first one inside, are in fragment 1 alone
            Octets prefix =
                    MessageCodec.protectedFragmentPrefix(
                            header,
                            i == 0 ? clear : List.of(),
                            i == 0 ? PayloadChain.firstType(inner) : PayloadType.NONE,
                            i + 1,
                            parts.size(),
                            cipher.bodyOctets(parts.get(i).size()));
            fragments.add(Octets.concat(prefix, cipher.seal(prefix, parts.get(i))));
        }
        return List.copyOf(fragments);
    }

    private List<Octets> parts(Octets plaintext, int clearOctets, int messageOctets) {
        int room =
                messageOctets
                        - IkeHeader.OCTETS
                        - PAYLOAD_HEADER_OCTETS
                        - EncryptedFragment.NUMBERS_OCTETS;
        List<Octets> parts = new ArrayList<>();
        int at = 0;
        while (at < plaintext.size()) {
            int capacity = cipher.plaintextOctets(room - (parts.isEmpty() ? clearOctets : 0));
            if (capacity < 1 || parts.size() == MAX_FRAGMENTS) {
                throw new IllegalArgumentException(
                        "no fragments of at most " + messageOctets + " octets");
            }
            int end = Math.min(plaintext.size(), at + capacity);
            parts.add(plaintext.slice(at, end));
            at = end;
        }
        return parts;
    }

    /// Checks and decrypts a message.
    ///
    /// @param message the octets as received
    /// @param decoded the same, decoded; its last payload is encrypted
    /// @throws IllegalArgumentException if the last payload is not encrypted
    public OpenResult open(Octets message, IkeMessage decoded) {
        if (decoded.payloads().isEmpty()) {
            throw new IllegalArgumentException("the message has no encrypted payload");
        }
        return switch (decoded.payloads().getLast()) {
            case Encrypted(PayloadType first, Octets body) -> open(message, first, body);
            case EncryptedFragment(PayloadType first, _, _, Octets body) ->
                    open(message, first, body);
            case Payload other ->
                    throw new IllegalArgumentException(other.type() + " is not encrypted");
        };
    }

    private OpenResult open(Octets message, PayloadType firstInner, Octets body) {
        // the encrypted payload is the last: everything before its body is authenticated with it
        Octets prefix = message.slice(0, message.size() - body.size());
        byte[] padded = cipher.open(prefix, body).orElse(null);
        if (padded == null) {
            return new OpenResult.BadIntegrity();
        }
        int padding = padded[padded.length - 1] & 0xff;
        int length = padded.length - 1 - padding;
        return length < 0
                ? new OpenResult.Malformed(
                        "padding of " + padding + " in " + padded.length + " octets")
                : new OpenResult.Opened(firstInner, Octets.wrap(Arrays.copyOf(padded, length)));
    }

    /// Forgets the keys.
    @Override
    public void close() {
        cipher.close();
    }
}
