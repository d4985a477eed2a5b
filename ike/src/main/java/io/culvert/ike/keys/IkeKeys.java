package io.culvert.ike.keys;

import io.culvert.ike.proposal.IkeSuite;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.crypto.PseudoRandomFunction;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The seven keys of an IKE SA, named as in the RFC; `i` is the original initiator of this SA, `r` its responder.
///
/// Encryption keys have their salt at the end; integrity keys are empty with an AEAD. Whoever owns the keys closes them.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.14 RFC 7296 section 2.14
/// @param skD derives the keys of Child SAs and of the next IKE SA
/// @param skAi protects the integrity of what the initiator sends
/// @param skAr protects the integrity of what the responder sends
/// @param skEi encrypts what the initiator sends
/// @param skEr encrypts what the responder sends
/// @param skPi goes into the initiator's AUTH payload
/// @param skPr goes into the responder's AUTH payload
public record IkeKeys(
        KeyMaterial skD,
        KeyMaterial skAi,
        KeyMaterial skAr,
        KeyMaterial skEi,
        KeyMaterial skEr,
        KeyMaterial skPi,
        KeyMaterial skPr)
        implements AutoCloseable {
    private static final byte[] RESUMPTION = "Resumption".getBytes(StandardCharsets.US_ASCII);

    /// What both sides have put in beside the secret.
    ///
    /// @param nonceI the nonce of the exchange's initiator
    /// @param nonceR the nonce of the exchange's responder
    /// @param spiI the SPI of the new IKE SA's original initiator
    /// @param spiR the SPI of the new IKE SA's original responder
    public record Contributions(Octets nonceI, Octets nonceR, IkeSpi spiI, IkeSpi spiR) {
        Octets nonces() {
            return Octets.concat(nonceI, nonceR);
        }

        Octets seed() {
            return Octets.concat(nonceI, nonceR, spiI.toOctets(), spiR.toOctets());
        }
    }

    /// The keys after IKE_SA_INIT: `SKEYSEED = prf(Ni | Nr, g^ir)`.
    ///
    /// @param sharedSecret g^ir, left to the caller to close
    public static IkeKeys initial(
            CryptoProvider crypto,
            IkeSuite suite,
            KeyMaterial sharedSecret,
            Contributions contributions) {
        PseudoRandomFunction prf = crypto.prf(suite.prf());
        byte[] secret = sharedSecret.expose();
        byte[] skeyseed = prf.apply(contributions.nonces().toArray(), secret);
        Arrays.fill(secret, (byte) 0);
        return expand(prf, suite, skeyseed, contributions);
    }

    /// The keys after a rekeying: `SKEYSEED = prf(SK_d (old), SK(0) | Ni | Nr | SK(1) | … | SK(n))`, with the prf of the
    /// old SA; the expansion uses that of the new one.
    ///
    /// @param oldPrf the prf of the SA that is replaced
    /// @param oldSkD SK_d of the SA that is replaced
    /// @param suite the algorithms of the new SA
    /// @param secrets those of the rekeying, left to the caller to close
    /// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.18 RFC 7296 section 2.18
    public static IkeKeys rekeyed(
            CryptoProvider crypto,
            PrfAlgorithm oldPrf,
            KeyMaterial oldSkD,
            IkeSuite suite,
            SharedSecrets secrets,
            Contributions contributions) {
        byte[] key = oldSkD.expose();
        byte[] secret = secrets.around(contributions.nonceI(), contributions.nonceR());
        byte[] skeyseed = crypto.prf(oldPrf).apply(key, secret);
        Arrays.fill(key, (byte) 0);
        Arrays.fill(secret, (byte) 0);
        return expand(crypto.prf(suite.prf()), suite, skeyseed, contributions);
    }

    /// The keys after an IKE_INTERMEDIATE with a key exchange: `SKEYSEED(n) = prf(SK_d(n-1), SK(n) | Ni | Nr)`.
    ///
    /// @param before the keys that protected the exchange
    /// @param secret SK(n), left to the caller to close
    /// @param contributions those of IKE_SA_INIT
    /// @spec https://www.rfc-editor.org/rfc/rfc9370#section-2.2.2 RFC 9370 section 2.2.2
    public static IkeKeys intermediate(
            CryptoProvider crypto,
            IkeSuite suite,
            IkeKeys before,
            KeyMaterial secret,
            Contributions contributions) {
        return rekeyed(
                crypto, suite.prf(), before.skD(), suite, SharedSecrets.of(secret), contributions);
    }

    /// The keys of an IKE SA that resumes another one: `SKEYSEED = prf(SK_d (old), "Resumption" | Ni | Nr)`.
    ///
    /// @param oldSkD SK_d of the IKE SA that is resumed
    /// @param suite the algorithms of that IKE SA, which are those of the new one
    /// @spec https://www.rfc-editor.org/rfc/rfc5723#section-5.1 RFC 5723 section 5.1
    public static IkeKeys resumed(
            CryptoProvider crypto,
            IkeSuite suite,
            KeyMaterial oldSkD,
            Contributions contributions) {
        PseudoRandomFunction prf = crypto.prf(suite.prf());
        byte[] key = oldSkD.expose();
        byte[] skeyseed = prf.apply(key, RESUMPTION, contributions.nonces().toArray());
        Arrays.fill(key, (byte) 0);
        return expand(prf, suite, skeyseed, contributions);
    }

    /// The same keys with a post-quantum pre-shared key mixed into SK_d, SK_pi and SK_pr:
    /// `SK_d = prf+(PPK, SK_d')` and so on. The others, which protect messages, stay as they are.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc8784#section-3 RFC 8784 section 3
    public IkeKeys mixed(CryptoProvider crypto, PrfAlgorithm algorithm, KeyMaterial ppk) {
        PseudoRandomFunction prf = crypto.prf(algorithm);
        return new IkeKeys(
                mixed(prf, ppk, skD, "SK_d"),
                skAi,
                skAr,
                skEi,
                skEr,
                mixed(prf, ppk, skPi, "SK_pi"),
                mixed(prf, ppk, skPr, "SK_pr"));
    }

    /// All keys anew, from SK_d with a post-quantum pre-shared key mixed in: `SKEYSEED' = prf+(PPK, SK_d)`.
    ///
    /// @param before the keys that are replaced
    /// @param contributions those of IKE_SA_INIT
    /// @spec https://www.rfc-editor.org/rfc/rfc9867#section-3.1.1 RFC 9867 section 3.1.1
    public static IkeKeys withPpk(
            CryptoProvider crypto,
            IkeSuite suite,
            IkeKeys before,
            KeyMaterial ppk,
            Contributions contributions) {
        PseudoRandomFunction prf = crypto.prf(suite.prf());
        try (KeyMaterial skeyseed = mixed(prf, ppk, before.skD(), "SKEYSEED")) {
            return expand(prf, suite, skeyseed.expose(), contributions);
        }
    }

    private static KeyMaterial mixed(
            PseudoRandomFunction prf, KeyMaterial ppk, KeyMaterial key, String purpose) {
        return PrfPlus.expand(prf, ppk, Octets.wrap(key.expose()), key.size(), purpose);
    }

    private static IkeKeys expand(
            PseudoRandomFunction prf,
            IkeSuite suite,
            byte[] skeyseed,
            Contributions contributions) {
        int prfOctets = suite.prf().outputOctets();
        int integrity = suite.integrity().keyOctets();
        int encryption =
                suite.encryption().algorithm().keyOctets(suite.encryption().keyLengthBits())
                        + suite.encryption().algorithm().saltOctets();
        int total = 3 * prfOctets + 2 * integrity + 2 * encryption;
        byte[] seed = contributions.seed().toArray();
        try (KeyMaterial all = PrfPlus.expand(prf, skeyseed, seed, total, "SK_*")) {
            Cutter cut = new Cutter(all);
            return new IkeKeys(
                    cut.next("SK_d", prfOctets),
                    cut.next("SK_ai", integrity),
                    cut.next("SK_ar", integrity),
                    cut.next("SK_ei", encryption),
                    cut.next("SK_er", encryption),
                    cut.next("SK_pi", prfOctets),
                    cut.next("SK_pr", prfOctets));
        }
    }

    /// Overwrites all seven.
    @Override
    public void close() {
        skD.close();
        skAi.close();
        skAr.close();
        skEi.close();
        skEr.close();
        skPi.close();
        skPr.close();
    }
}
