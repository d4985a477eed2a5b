package io.culvert.app.radius;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.app.radius.RadiusClient.Outcome;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@DisplayName("The client of RADIUS")
class RadiusClientTest {
    private static final List<RadiusAttribute> NAME =
            List.of(RadiusAttribute.text(RadiusAttribute.USER_NAME, "alice"));

    @Test
    @DisplayName(
            "a perfect answer from another port is dropped; the server's own, later, counts (E14-6)")
    void wrongSource() throws SocketException {
        try (DatagramSocket other = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                FakeRadius server = new FakeRadius()) {
            server.behave(request -> {
                byte[] accept = FakeRadius.answer(request, RadiusPacket.ACCESS_ACCEPT, List.of());
                send(other, new DatagramPacket(accept, accept.length, server.senders.remove()));
                return List.of(FakeRadius.answer(request, RadiusPacket.ACCESS_REJECT, List.of()));
            });

            Outcome outcome = client(server, 1, Duration.ofSeconds(20)).line().ask(NAME);

            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            Outcome.Answered.class,
                            answered ->
                                    assertThat(answered.packet().code())
                                            .isEqualTo(RadiusPacket.ACCESS_REJECT));
        }
    }

    @Test
    @DisplayName("who asks while 256 requests wait is told so, and asks again when one is done")
    void limit() throws Exception {
        try (FakeRadius server = new FakeRadius();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            RadiusClient client = client(server, 10, Duration.ofMillis(300));
            List<RadiusClient.Line> lines = new ArrayList<>();
            List<Future<Outcome>> waiting = new ArrayList<>();
            for (int i = 0; i < RadiusClient.MOST_REQUESTS; i++) {
                RadiusClient.Line line = client.line();
                lines.add(line);
                waiting.add(threads.submit(() -> line.ask(NAME)));
            }
            Set<Octets> seen = new HashSet<>();
            while (seen.size() < RadiusClient.MOST_REQUESTS) {
                seen.add(server.requests.take());
            }

            assertThat(client.line().ask(NAME))
                    .isEqualTo(
                            new Outcome.Unanswered(
                                    "more than 256 requests wait for RADIUS servers"));

            lines.forEach(RadiusClient.Line::close);
            for (Future<Outcome> one : waiting) {
                assertThat(one.get()).isEqualTo(new Outcome.Unanswered("given up"));
            }
            server.behave(request ->
                    List.of(FakeRadius.answer(request, RadiusPacket.ACCESS_REJECT, List.of())));
            assertThat(client.line().ask(NAME)).isInstanceOf(Outcome.Answered.class);
        }
    }

    @Test
    @DisplayName("closing ends the waiting at once")
    void closed() throws Exception {
        try (FakeRadius server = new FakeRadius();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            RadiusClient.Line line = client(server, 10, Duration.ofHours(1)).line();
            Future<Outcome> asked = threads.submit(() -> line.ask(NAME));
            server.requests.take();

            line.close();

            assertThat(asked.get(30, TimeUnit.SECONDS))
                    .isEqualTo(new Outcome.Unanswered("given up"));
            assertThat(line.ask(NAME)).isEqualTo(new Outcome.Unanswered("given up"));
        }
    }

    private static RadiusClient client(FakeRadius server, int tries, Duration timeout) {
        return new RadiusClient(
                new RadiusSettings(
                        List.of(server.address()),
                        KeyMaterial.wrap("secret", FakeRadius.SECRET.clone()),
                        timeout,
                        tries,
                        "gate"),
                new SecureRandom());
    }

    private static void send(DatagramSocket socket, DatagramPacket packet) {
        try {
            socket.send(packet);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
