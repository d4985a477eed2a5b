package io.culvert.app.radius;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What the secret that we share with a RADIUS server does: it marks our requests, shows which answers are the server's,
/// and hides the keys in them. MD5 is the protocol's choice; HMAC-MD5 is what carries the weight.
final class RadiusSecret {
    private static final int MICROSOFT = 311;
    private static final int MS_MPPE_SEND_KEY = 16;
    private static final int MS_MPPE_RECV_KEY = 17;
    private static final int VENDOR_HEADER_OCTETS = 6;
    private static final int SALT_OCTETS = 2;
    private static final int BLOCK_OCTETS = 16;
    private static final int LONGEST_KEY_OCTETS = 32;
    private static final int MSK_OCTETS = 64;

    private final KeyMaterial secret;

    /// The secret stays the caller's.
    RadiusSecret(KeyMaterial secret) {
        this.secret = secret;
    }

    /// The octets of a request, whose Message-Authenticator is put in the place that the request left for it.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc3579#section-3.2 RFC 3579 section 3.2
    byte[] seal(RadiusPacket request) {
        byte[] octets = request.encode();
        int at = mark(request);
        byte[] mark = hmac(octets);
        System.arraycopy(mark, 0, octets, at, mark.length);
        return octets;
    }

    /// Whether an answer to a request comes from who has the secret. It has to have a Message-Authenticator: without,
    /// MD5's collisions let anybody on the way make an answer.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc2865#section-3 RFC 2865 section 3
    boolean proves(RadiusPacket answer, Octets requestAuthenticator) {
        int at = mark(answer);
        if (at < 0) {
            return false;
        }
        byte[] octets = answer.encode();
        requestAuthenticator.copyTo(octets, RadiusPacket.AUTHENTICATOR_AT);
        byte[] secretOctets = secret.expose();
        byte[] expected = md5(octets, secretOctets);
        Arrays.fill(secretOctets, (byte) 0);
        byte[] mark = Arrays.copyOfRange(octets, at, at + BLOCK_OCTETS);
        Arrays.fill(octets, at, at + BLOCK_OCTETS, (byte) 0);
        boolean answersIt = MessageDigest.isEqual(expected, answer.authenticator().toArray());
        return MessageDigest.isEqual(mark, hmac(octets)) && answersIt;
    }

    /// The master session key in an Access-Accept: what the server calls our key for receiving, then the one for
    /// sending, then zeros. Each is of 32 octets, or of 16 where the method makes no more, as MSCHAPv2 does. Empty if
    /// either is missing or they are of other lengths.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc2548#section-2.4 RFC 2548 section 2.4
    Optional<KeyMaterial> masterSessionKey(RadiusPacket accept, Octets requestAuthenticator) {
        Optional<byte[]> receiving = key(accept, MS_MPPE_RECV_KEY, requestAuthenticator);
        Optional<byte[]> sending = key(accept, MS_MPPE_SEND_KEY, requestAuthenticator);
        try {
            return receiving.flatMap(first ->
                    sending.filter(second -> second.length == first.length)
                            .map(second -> {
                                byte[] whole = Arrays.copyOf(first, MSK_OCTETS);
                                System.arraycopy(second, 0, whole, first.length, second.length);
                                return KeyMaterial.wrap("MSK", whole);
                            }));
        } finally {
            receiving.ifPresent(octets -> Arrays.fill(octets, (byte) 0));
            sending.ifPresent(octets -> Arrays.fill(octets, (byte) 0));
        }
    }

    private Optional<byte[]> key(RadiusPacket accept, int vendorType, Octets authenticator) {
        return accept.all(RadiusAttribute.VENDOR_SPECIFIC).stream()
                .filter(value ->
                        value.size() > VENDOR_HEADER_OCTETS + SALT_OCTETS
                                && value.u32(0) == MICROSOFT
                                && value.u8(4) == vendorType
                                && value.u8(5) == value.size() - 4)
                .findFirst()
                .flatMap(value -> unhide(value.slice(VENDOR_HEADER_OCTETS), authenticator));
    }

    /// Takes away the stream of MD5 that hides a key: each block's depends on the hidden block before it.
    private Optional<byte[]> unhide(Octets saltAndHidden, Octets authenticator) {
        byte[] hidden = saltAndHidden.slice(SALT_OCTETS).toArray();
        if (hidden.length == 0 || hidden.length % BLOCK_OCTETS != 0) {
            return Optional.empty();
        }
        byte[] open = new byte[hidden.length];
        byte[] secretOctets = secret.expose();
        byte[] before = Octets.concat(authenticator, saltAndHidden.slice(0, SALT_OCTETS)).toArray();
        for (int at = 0; at < hidden.length; at += BLOCK_OCTETS) {
            byte[] stream = md5(secretOctets, before);
            for (int i = 0; i < BLOCK_OCTETS; i++) {
                open[at + i] = (byte) (hidden[at + i] ^ stream[i]);
            }
            before = Arrays.copyOfRange(hidden, at, at + BLOCK_OCTETS);
        }
        Arrays.fill(secretOctets, (byte) 0);
        int length = open[0];
        boolean fits =
                (length == LONGEST_KEY_OCTETS || length == LONGEST_KEY_OCTETS / 2)
                        && open.length > length;
        Optional<byte[]> key =
                fits ? Optional.of(Arrays.copyOfRange(open, 1, 1 + length)) : Optional.empty();
        Arrays.fill(open, (byte) 0);
        return key;
    }

    /// Where in the encoded packet the value of its only Message-Authenticator starts; negative if there is none.
    private static int mark(RadiusPacket packet) {
        int at = RadiusPacket.HEADER_OCTETS;
        int found = -1;
        for (RadiusAttribute attribute : packet.attributes()) {
            if (attribute.type() == RadiusAttribute.MESSAGE_AUTHENTICATOR) {
                if (found >= 0 || attribute.value().size() != BLOCK_OCTETS) {
                    return -1;
                }
                found = at + RadiusAttribute.HEADER_OCTETS;
            }
            at += attribute.size();
        }
        return found;
    }

    private static byte[] md5(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    private byte[] hmac(byte[] octets) {
        byte[] key = secret.expose();
        try {
            Mac mac = Mac.getInstance("HmacMD5");
            mac.init(new SecretKeySpec(key, "HmacMD5"));
            return mac.doFinal(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-MD5", e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
