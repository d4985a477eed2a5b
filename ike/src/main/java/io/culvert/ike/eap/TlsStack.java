package io.culvert.ike.eap;

import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.TlsCredentials;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// An implementation of TLS, for EAP-TLS. Safe for use by many threads.
@FunctionalInterface
public interface TlsStack {
    /// The JDK's. With TLS 1.2 it gives a key only if both sides use the extended master secret (RFC 7627).
    TlsStack JDK = JdkTls::open;

    /// Opens one end, at which nothing has been said.
    ///
    /// @throws GeneralSecurityException if our own certificate or key is of no use
    End open(Opening opening) throws GeneralSecurityException;

    /// What one end of a TLS connection inside of EAP is made of.
    ///
    /// @param client whether it is the client's end: the EAP peer's
    /// @param expected whom the other side's certificate has to name
    /// @param random the only source of randomness
    /// @param check judges the other side's certificate
    record Opening(
            boolean client,
            TlsCredentials credentials,
            Identity expected,
            SecureRandom random,
            CertificateCheck check) {}

    /// One end of a TLS connection whose octets go elsewhere: flights in, flights out. A client says who it is by its
    /// certificate, as a server does.
    ///
    /// Whatever comes in, nothing is thrown for it: [#failure] says what was wrong. Not safe for use by many threads.
    interface End extends AutoCloseable {
        /// The type of EAP-TLS.
        byte TYPE = EapPackets.TLS;

        /// The label of the exporter of TLS 1.3; its context is the type.
        ///
        /// @spec https://www.rfc-editor.org/rfc/rfc9190#section-2.3 RFC 9190 section 2.3
        String LABEL_1_3 = "EXPORTER_EAP_TLS_Key_Material";

        /// The label of the pseudorandom function of TLS 1.2, which has no context.
        ///
        /// @spec https://www.rfc-editor.org/rfc/rfc5216#section-2.3 RFC 5216 section 2.3
        String LABEL_1_2 = "client EAP encryption";

        /// How much is derived: the MSK and the EMSK.
        int EXPORTED_OCTETS = 128;

        /// The MSK, which is what comes first.
        int MSK_OCTETS = 64;

        /// How much application data there may be: TLS 1.3 has one octet.
        int MOST_APPLICATION_OCTETS = 16;

        /// Takes in a flight of the other side, or nothing at the beginning, and gives ours. After [#failure] it holds the
        /// alert, if there is one.
        Octets exchange(Octets flight);

        /// Encrypts application data.
        ///
        /// @throws SSLException if the connection is over
        Octets seal(Octets plain) throws SSLException;

        /// The application data that has come so far.
        Octets application();

        /// Whether the handshake is done on this side.
        boolean isHandshaken();

        /// Why the connection failed, if it did.
        Optional<String> failure();

        /// Whether this is TLS 1.3, in which a server says that it is done (RFC 9190 section 2.1.1).
        boolean isVersion13();

        /// The master session key, once the handshake is done.
        ///
        /// @throws SSLException if there is none
        KeyMaterial msk() throws SSLException;

        @Override
        void close();
    }
}
