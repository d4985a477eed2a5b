package io.culvert.app.radius;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// Asks RADIUS servers, one request at a time for each [Line]. Safe for use by many threads.
///
/// Each request has a UDP port of its own, which takes packets from that server only; an answer counts if it has the
/// request's identifier and proves the secret. Anything else is dropped, and the waiting goes on.
final class RadiusClient {
    /// The most requests that wait for answers at once. Each holds a socket.
    static final int MOST_REQUESTS = 256;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final RadiusSettings settings;
    private final SecureRandom random;
    private final RadiusSecret secret;
    private final Semaphore room = new Semaphore(MOST_REQUESTS);

    /// The server that answered last: the first one to ask.
    private final AtomicInteger preferred = new AtomicInteger();

    RadiusClient(RadiusSettings settings, SecureRandom random) {
        this.settings = settings;
        this.random = random;
        secret = new RadiusSecret(settings.secret());
    }

    /// What came of a request.
    sealed interface Outcome {
        /// A server answered.
        ///
        /// @param packet an accept, a reject or a challenge that proves the secret
        /// @param requestAuthenticator of the request
        record Answered(RadiusPacket packet, Octets requestAuthenticator) implements Outcome {}

        /// Nobody did.
        ///
        /// @param why for people
        record Unanswered(String why) implements Outcome {}
    }

    /// The requests of one conversation: once a server has answered it stays with that server, who alone knows its
    /// State. For one thread at a time, except [#close].
    final class Line implements AutoCloseable {
        private final AtomicReference<Optional<DatagramSocket>> open =
                new AtomicReference<>(Optional.empty());
        private volatile boolean closed;
        private Optional<Integer> chosen = Optional.empty();

        /// Sends an Access-Request with these attributes, and waits for the answer.
        Outcome ask(List<RadiusAttribute> attributes) {
            try {
                if (!room.tryAcquire(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
                    return new Outcome.Unanswered(
                            "more than " + MOST_REQUESTS + " requests wait for RADIUS servers");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Outcome.Unanswered("interrupted");
            }
            try {
                return askAll(attributes);
            } finally {
                room.release();
            }
        }

        private Outcome askAll(List<RadiusAttribute> attributes) {
            int count = settings.servers().size();
            int first = chosen.orElseGet(preferred::get);
            List<String> silent = new ArrayList<>();
            for (int i = 0; i < (chosen.isPresent() ? 1 : count) && !closed; i++) {
                int index = (first + i) % count;
                RadiusSettings.Server server = settings.servers().get(index);
                try {
                    Optional<Outcome.Answered> answer = askOne(server, attributes);
                    if (answer.isPresent()) {
                        chosen = Optional.of(index);
                        preferred.set(index);
                        return answer.get();
                    }
                    silent.add(server.toString());
                } catch (PortUnreachableException e) {
                    silent.add(server + " (port unreachable)");
                } catch (IOException e) {
                    silent.add(server + " (" + e.getMessage() + ")");
                }
            }
            return new Outcome.Unanswered(
                    closed
                            ? "given up"
                            : "no RADIUS server answers: "
                                    + String.join(", ", silent)
                                    + "; a server is silent, too, if the secret is wrong or it does"
                                    + " not know this client");
        }

        private Optional<Outcome.Answered> askOne(
                RadiusSettings.Server server, List<RadiusAttribute> attributes) throws IOException {
            InetSocketAddress address = new InetSocketAddress(server.host(), server.port());
            if (address.isUnresolved()) {
                throw new IOException("no such host");
            }
            try (DatagramSocket socket = new DatagramSocket()) {
                open.set(Optional.of(socket));
                if (closed) {
                    return Optional.empty();
                }
                socket.connect(address);
                List<RadiusAttribute> all = new ArrayList<>();
                // first, so that nothing that an attacker chooses stands before it
                all.add(
                        new RadiusAttribute(
                                RadiusAttribute.MESSAGE_AUTHENTICATOR,
                                Octets.wrap(new byte[RadiusPacket.AUTHENTICATOR_OCTETS])));
                all.add(RadiusAttribute.nasAddress(socket.getLocalAddress()));
                all.addAll(attributes);
                byte[] authenticator = new byte[RadiusPacket.AUTHENTICATOR_OCTETS];
                random.nextBytes(authenticator);
                RadiusPacket request =
                        new RadiusPacket(
                                RadiusPacket.ACCESS_REQUEST,
                                random.nextInt(256),
                                Octets.wrap(authenticator),
                                all);
                if (request.size() > RadiusPacket.MOST_OCTETS) {
                    throw new IOException(
                            "a request of " + request.size() + " octets is too long for RADIUS");
                }
                return exchange(socket, request);
            }
        }

        /// The same octets each time, so that the server knows a repetition.
        private Optional<Outcome.Answered> exchange(DatagramSocket socket, RadiusPacket request)
                throws IOException {
            byte[] octets = secret.seal(request);
            Duration patience = settings.timeout();
            for (int attempt = 0; attempt < settings.tries(); attempt++) {
                socket.send(new DatagramPacket(octets, octets.length));
                Optional<RadiusPacket> answer = await(socket, request, patience);
                if (answer.isPresent()) {
                    return answer.map(a -> new Outcome.Answered(a, request.authenticator()));
                }
                Duration doubled = patience.multipliedBy(2);
                patience = doubled.compareTo(LONGEST_WAIT) < 0 ? doubled : LONGEST_WAIT;
            }
            return Optional.empty();
        }

        private Optional<RadiusPacket> await(
                DatagramSocket socket, RadiusPacket request, Duration patience) throws IOException {
            long end = System.nanoTime() + patience.toNanos();
            DatagramPacket datagram =
                    new DatagramPacket(
                            new byte[RadiusPacket.MOST_OCTETS], RadiusPacket.MOST_OCTETS);
            while (true) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return Optional.empty();
                }
                socket.setSoTimeout((int) left);
                datagram.setLength(RadiusPacket.MOST_OCTETS);
                try {
                    socket.receive(datagram);
                } catch (SocketTimeoutException e) {
                    return Optional.empty();
                }
                Optional<RadiusPacket> answer =
                        RadiusPacket.decode(
                                        Octets.copyOf(datagram.getData(), 0, datagram.getLength()))
                                .filter(a -> answers(a, request));
                if (answer.isPresent()) {
                    return answer;
                }
            }
        }

        private boolean answers(RadiusPacket answer, RadiusPacket request) {
            return answer.identifier() == request.identifier()
                    && (answer.code() == RadiusPacket.ACCESS_ACCEPT
                            || answer.code() == RadiusPacket.ACCESS_REJECT
                            || answer.code() == RadiusPacket.ACCESS_CHALLENGE)
                    && secret.proves(answer, request.authenticator());
        }

        /// Ends the waiting, if any. From any thread.
        @Override
        public void close() {
            closed = true;
            open.get().ifPresent(DatagramSocket::close);
        }
    }

    /// A line for a new conversation.
    Line line() {
        return new Line();
    }

    /// The key that an Access-Accept brought.
    Optional<KeyMaterial> masterSessionKey(Outcome.Answered accept) {
        return secret.masterSessionKey(accept.packet(), accept.requestAuthenticator());
    }
}
