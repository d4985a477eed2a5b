package io.culvert.app.tls;

import io.culvert.ike.eap.TlsStack;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsFatalAlertReceived;
import org.bouncycastle.tls.TlsProtocol;
import org.bouncycastle.tls.TlsServerProtocol;

/// TLS 1.2 and 1.3 by Bouncy Castle, which derives the key of RFC 5216 also without the extended master secret, if the
/// credentials allow that. It never negotiates anew and resumes nothing.
public final class BouncyTls implements TlsStack.End {
    private final TlsProtocol protocol;
    private final Handshake handshake;
    private Octets application = Octets.EMPTY;
    private Optional<String> failure = Optional.empty();

    BouncyTls(TlsProtocol protocol, Handshake handshake) {
        this.protocol = protocol;
        this.handshake = handshake;
    }

    /// Opens one end, at which nothing has been said.
    ///
    /// @throws GeneralSecurityException if our own certificate or key is of no use
    public static TlsStack.End open(TlsStack.Opening opening) throws GeneralSecurityException {
        try {
            Handshake handshake = Handshake.of(opening);
            if (opening.client()) {
                TlsClientProtocol protocol = new TlsClientProtocol();
                protocol.connect(new BouncyClient(handshake));
                return new BouncyTls(protocol, handshake);
            }
            TlsServerProtocol protocol = new TlsServerProtocol();
            protocol.accept(new BouncyServer(handshake));
            return new BouncyTls(protocol, handshake);
        } catch (IOException e) {
            throw new GeneralSecurityException("our own certificate cannot be used", e);
        }
    }

    @Override
    public Octets exchange(Octets flight) {
        if (failure.isEmpty()) {
            try {
                takeIn(flight);
            } catch (IOException e) {
                failure = Optional.of(reason(e));
            }
        }
        return output();
    }

    private void takeIn(Octets flight) throws IOException {
        if (!flight.isEmpty()) {
            protocol.offerInput(flight.toArray());
        }
        int size = protocol.getAvailableInputBytes();
        if (application.size() + size > MOST_APPLICATION_OCTETS) {
            throw new SSLException("application data inside of EAP-TLS");
        }
        byte[] plain = new byte[size];
        protocol.readInput(plain, 0, size);
        application = Octets.concat(application, Octets.wrap(plain));
        if (protocol.isClosed()) {
            throw new SSLException("the other side closed the TLS connection");
        }
    }

    /// What was judged, what the other side said, or else what TLS says.
    private String reason(IOException failed) {
        if (failed instanceof TlsFatalAlertReceived) {
            return "the other side ends TLS: " + failed.getMessage();
        }
        return handshake.refusal().orElse(String.valueOf(failed.getMessage()));
    }

    private Octets output() {
        byte[] records = new byte[protocol.getAvailableOutputBytes()];
        protocol.readOutput(records, 0, records.length);
        return Octets.wrap(records);
    }

    @Override
    public Octets seal(Octets plain) throws SSLException {
        try {
            protocol.writeApplicationData(plain.toArray(), 0, plain.size());
        } catch (IOException e) {
            throw new SSLException(e);
        }
        return output();
    }

    @Override
    public Octets application() {
        return application;
    }

    @Override
    public boolean isHandshaken() {
        return handshake.msk().isPresent();
    }

    @Override
    public Optional<String> failure() {
        return failure;
    }

    @Override
    public boolean isVersion13() {
        return handshake.isVersion13();
    }

    @Override
    public KeyMaterial msk() throws SSLException {
        return handshake.msk().orElseThrow(() -> new SSLException("the handshake is not done"));
    }

    @Override
    public void close() {
        try {
            protocol.close();
        } catch (IOException alreadyGone) {
            application = Octets.EMPTY;
        }
    }
}
