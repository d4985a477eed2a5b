package io.culvert.app.pki;

import io.culvert.ike.auth.Der;
import io.culvert.ipsec.value.Octets;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A private key with its certificates in one file, sealed with a passphrase.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7292#section-4 RFC 7292 section 4
/// @param key the private key
/// @param chain the certificate of the key, then those of its issuers as far as the file has them
public record Pkcs12(PrivateKeys.Loaded key, List<X509Certificate> chain) {
    /// Copies the list.
    public Pkcs12 {
        chain = List.copyOf(chain);
    }

    /// Whether `file` looks like PKCS #12 in DER: a SEQUENCE that starts with the version.
    public static boolean isOne(Octets file) {
        return Der.only(file, Der.SEQUENCE)
                .filter(content -> content.startsWith(Octets.ofHex("020103")))
                .isPresent();
    }

    /// Opens a file.
    ///
    /// @param passphrase may be empty
    /// @throws IllegalArgumentException if it cannot be opened, or has not exactly one key; the message says why
    public static Pkcs12 read(Octets file, char[] passphrase) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(file.toArray()), passphrase);
            List<String> keys = new ArrayList<>();
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    keys.add(alias);
                }
            }
            if (keys.size() != 1) {
                throw new IllegalArgumentException(
                        "the PKCS #12 file holds " + keys.size() + " private keys and not one");
            }
            return entry(store, keys.getFirst(), passphrase);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    e.getCause() instanceof UnrecoverableKeyException
                            ? "the passphrase does not open it"
                            : "the PKCS #12 file is malformed: " + e.getMessage(),
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "the PKCS #12 file cannot be opened: " + e.getMessage(), e);
        }
    }

    private static Pkcs12 entry(KeyStore store, String alias, char[] passphrase)
            throws GeneralSecurityException {
        Key key = store.getKey(alias, passphrase);
        Certificate[] found = store.getCertificateChain(alias);
        if (key == null || found == null) {
            throw new IllegalArgumentException("the PKCS #12 file has no certificate for its key");
        }
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate certificate : found) {
            if (certificate instanceof X509Certificate x509) {
                chain.add(x509);
            }
        }
        return new Pkcs12(PrivateKeys.ofPkcs8(Octets.wrap(key.getEncoded())), chain);
    }

    /// Makes a file.
    ///
    /// @param alias the name of the key in it
    public static Octets write(
            String alias, PrivateKey key, List<X509Certificate> chain, char[] passphrase) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, passphrase);
            store.setKeyEntry(alias, key, passphrase, chain.toArray(Certificate[]::new));
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            store.store(file, passphrase);
            return Octets.wrap(file.toByteArray());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("PKCS #12 cannot be written: " + e.getMessage(), e);
        }
    }

    /// Without the key.
    @Override
    public String toString() {
        return "PKCS #12 with " + key + " and " + chain.size() + " certificates";
    }
}
