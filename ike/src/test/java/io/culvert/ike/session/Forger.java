package io.culvert.ike.session;

import io.culvert.ike.api.RevealedKeys;
import io.culvert.ike.wire.ChainResult;
import io.culvert.ike.wire.DecodeResult;
import io.culvert.ike.wire.Encrypted;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Writes protected messages as one of the two sides would, also such as no honest side writes: it has the keys.
///
/// Only for AES-GCM, and written apart from the code under test.
final class Forger {
    private static final int IV_OCTETS = 8;
    private static final int ICV_OCTETS = 16;
    private static final int SALT_OCTETS = 4;

    private final IkeSpi initiator;
    private final IkeSpi responder;
    private final byte[] skEi;
    private final byte[] skEr;
    private long iv = 1L << 40; // far from those of the session

    Forger(RevealedKeys.OfIkeSa keys) {
        initiator = keys.initiatorSpi();
        responder = keys.responderSpi();
        skEi = keys.skEi().expose();
        skEr = keys.skEr().expose();
    }

    /// The header of a request.
    IkeHeader request(ExchangeType exchange, boolean byInitiator, long messageId) {
        return IkeHeader.request(initiator, responder, exchange, byInitiator, messageId);
    }

    /// The header of a response to a request of the other side.
    IkeHeader response(ExchangeType exchange, boolean byInitiator, long messageId) {
        return request(exchange, !byInitiator, messageId).reply();
    }

    /// A message with these payloads inside.
    Octets message(IkeHeader header, List<Payload> payloads) {
        return message(
                header,
                PayloadChain.firstType(payloads),
                Octets.concat(MessageCodec.encodePayloads(payloads), Octets.of((byte) 0)));
    }

    /// A message with any octets inside, of which the last is the pad length.
    Octets message(IkeHeader header, PayloadType first, Octets padded) {
        int body = IV_OCTETS + padded.size() + ICV_OCTETS;
        Octets prefix = MessageCodec.protectedPrefix(header, List.of(), first, body);
        Octets explicit = new OctetsBuilder(IV_OCTETS).u64(iv++).build();
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, header, prefix, explicit, padded.toArray());
        return Octets.concat(prefix, explicit, Octets.wrap(sealed));
    }

    /// A fragment with any numbers, also such as cannot be.
    ///
    /// @param part the part of the payloads that is inside
    Octets fragment(IkeHeader header, PayloadType first, int number, int total, Octets part) {
        Octets padded = Octets.concat(part, Octets.of((byte) 0));
        int body = IV_OCTETS + padded.size() + ICV_OCTETS;
        Octets lawful = MessageCodec.protectedFragmentPrefix(header, List.of(), first, 1, 1, body);
        Octets prefix =
                new OctetsBuilder()
                        .octets(lawful.slice(0, lawful.size() - 4))
                        .u16(number)
                        .u16(total)
                        .build();
        Octets explicit = new OctetsBuilder(IV_OCTETS).u64(iv++).build();
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, header, prefix, explicit, padded.toArray());
        return Octets.concat(prefix, explicit, Octets.wrap(sealed));
    }

    /// The payloads inside a message.
    List<Payload> open(Octets message) {
        DecodeResult.Decoded decoded = (DecodeResult.Decoded) new MessageCodec().decode(message);
        Encrypted sk = (Encrypted) decoded.message().payloads().getLast();
        Octets prefix = message.slice(0, message.size() - sk.body().size());
        Octets iv = sk.body().slice(0, IV_OCTETS);
        byte[] sealed = sk.body().slice(IV_OCTETS).toArray();
        byte[] padded = crypt(Cipher.DECRYPT_MODE, decoded.message().header(), prefix, iv, sealed);
        Octets plaintext = Octets.copyOf(padded, 0, padded.length - 1 - padded[padded.length - 1]);
        ChainResult chain = new MessageCodec().decodePayloads(sk.firstInner(), plaintext);
        return ((ChainResult.Payloads) chain).payloads();
    }

    private byte[] crypt(int mode, IkeHeader header, Octets prefix, Octets explicit, byte[] text) {
        byte[] key = header.originalInitiator() ? skEi : skEr;
        int keyOctets = key.length - SALT_OCTETS;
        byte[] nonce = Arrays.copyOfRange(key, keyOctets, key.length + IV_OCTETS);
        explicit.copyTo(nonce, SALT_OCTETS);
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    mode,
                    new SecretKeySpec(key, 0, keyOctets, "AES"),
                    new GCMParameterSpec(ICV_OCTETS * 8, nonce));
            cipher.updateAAD(prefix.toArray());
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
