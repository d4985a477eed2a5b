package io.culvert.ike.eap;

import io.culvert.ike.auth.TlsCredentials;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/// TLS by the JDK's engine.
///
/// Work that the engine would give to other threads is done at once: it is the handshake's arithmetic, and judging a
/// certificate.
final class JdkTls implements TlsStack.End {
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};
    private static final String TLS_1_3 = "TLSv1.3";

    private final SSLEngine engine;
    private final ByteBuffer application;
    private Optional<String> failure = Optional.empty();
    private boolean handshaken;

    private JdkTls(SSLEngine engine) {
        this.engine = engine;
        this.application = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    }

    /// @throws GeneralSecurityException if our own certificate or key is of no use
    static TlsStack.End open(TlsStack.Opening opening) throws GeneralSecurityException {
        TlsCredentials credentials = opening.credentials();
        TlsJudge judge = new TlsJudge(credentials.trust(), opening.expected(), opening.check());
        SSLContext context = SSLContext.getInstance("TLS");
        try {
            context.init(
                    new KeyManager[] {new TlsKey(credentials)},
                    new TrustManager[] {judge},
                    opening.random());
        } catch (CertificateException e) {
            throw new GeneralSecurityException("our own certificate cannot be read", e);
        }
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(opening.client());
        engine.setEnabledProtocols(VERSIONS);
        if (!opening.client()) {
            engine.setNeedClientAuth(true);
        }
        return new JdkTls(engine);
    }

    @Override
    public Octets exchange(Octets flight) {
        Flight out = new Flight(engine.getSession().getPacketBufferSize());
        try {
            run(flight.asByteBuffer(), out);
        } catch (SSLException e) {
            failure = Optional.of(reason(e));
            wrapAlert(out);
        }
        return out.octets();
    }

    @Override
    public Octets seal(Octets plain) throws SSLException {
        Flight out = new Flight(engine.getSession().getPacketBufferSize());
        engine.wrap(plain.asByteBuffer(), out.room());
        return out.octets();
    }

    @Override
    public Octets application() {
        return Octets.copyOf(application.array(), 0, application.position());
    }

    @Override
    public boolean isHandshaken() {
        return handshaken;
    }

    @Override
    public Optional<String> failure() {
        return failure;
    }

    @Override
    public boolean isVersion13() {
        return engine.getSession().getProtocol().equals(TLS_1_3);
    }

    /// @throws SSLException also if TLS 1.2 goes without the extended master secret
    @Override
    public KeyMaterial msk() throws SSLException {
        ExtendedSSLSession session = (ExtendedSSLSession) engine.getSession();
        byte[] exported =
                isVersion13()
                        ? session.exportKeyingMaterialData(
                                LABEL_1_3, new byte[] {TYPE}, EXPORTED_OCTETS)
                        : session.exportKeyingMaterialData(LABEL_1_2, null, EXPORTED_OCTETS);
        try {
            return KeyMaterial.copyOf("MSK of EAP-TLS", exported, 0, MSK_OCTETS);
        } finally {
            Arrays.fill(exported, (byte) 0);
        }
    }

    private void run(ByteBuffer in, Flight out) throws SSLException {
        if (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING
                && !handshaken) {
            engine.beginHandshake();
        }
        boolean stuck = false;
        while (!stuck) {
            stuck =
                    switch (engine.getHandshakeStatus()) {
                        case NEED_TASK -> {
                            runTasks();
                            yield false;
                        }
                        case NEED_WRAP -> isStuck(engine.wrap(ByteBuffer.allocate(0), out.room()));
                        case NEED_UNWRAP, NEED_UNWRAP_AGAIN, NOT_HANDSHAKING, FINISHED ->
                                !in.hasRemaining() || isStuck(engine.unwrap(in, application));
                    };
            if (application.position() > MOST_APPLICATION_OCTETS) {
                throw new SSLException("application data inside of EAP-TLS");
            }
        }
        if (in.hasRemaining()) {
            throw new SSLException("a TLS record that is cut off");
        }
    }

    /// Whether nothing moved: the other side has to go on.
    private boolean isStuck(SSLEngineResult result) throws SSLException {
        if (result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.FINISHED) {
            handshaken = true;
        }
        return switch (result.getStatus()) {
            case OK -> result.bytesConsumed() == 0 && result.bytesProduced() == 0;
            case BUFFER_UNDERFLOW -> true;
            case CLOSED -> throw new SSLException("the other side closed the TLS connection");
            case BUFFER_OVERFLOW -> throw new SSLException("a TLS record that is too large");
        };
    }

    private void runTasks() {
        Runnable task = engine.getDelegatedTask();
        while (task != null) {
            task.run();
            task = engine.getDelegatedTask();
        }
    }

    private void wrapAlert(Flight out) {
        try {
            boolean stuck = false;
            while (!stuck
                    && engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
                SSLEngineResult result = engine.wrap(ByteBuffer.allocate(0), out.room());
                stuck = result.bytesProduced() == 0;
            }
        } catch (SSLException closed) {
            // the alert is lost with the connection
            engine.closeOutbound();
        }
    }

    /// The innermost message: what [TlsJudge] says, else what TLS does.
    private static String reason(SSLException failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof CertificateException)) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    @Override
    public void close() {
        engine.closeOutbound();
        application.clear();
    }

    /// A flight as it grows, record by record.
    private static final class Flight {
        private final int record;
        private ByteBuffer octets;

        Flight(int record) {
            this.record = record;
            this.octets = ByteBuffer.allocate(record);
        }

        ByteBuffer room() {
            if (octets.remaining() < record) {
                ByteBuffer larger = ByteBuffer.allocate(octets.position() + 2 * record);
                octets = larger.put(octets.flip());
            }
            return octets;
        }

        Octets octets() {
            return Octets.copyOf(octets.array(), 0, octets.position());
        }
    }
}
