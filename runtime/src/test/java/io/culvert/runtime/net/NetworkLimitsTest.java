package io.culvert.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.StreamFrames;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.Await;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class NetworkLimitsTest extends NetworkFixture {
    @Test
    @DisplayName(
            "IT-008, TE-108: without a whole header in 10 s a connection is closed, drip or not")
    void headerInTime() throws Exception {
        Network network = open(Limits.DEFAULT);
        try (Socket silent = connect(network);
                Socket drip = connect(network)) {
            Await.until("both are accepted", () -> network.connections() == 2);
            write(drip, REQUEST.slice(0, 10));
            time.advance(Duration.ofSeconds(9));
            write(drip, REQUEST.slice(10, 20));
            assertThat(network.connections()).isEqualTo(2);
            time.advance(Duration.ofSeconds(2));
            assertThat(readToEnd(silent)).isZero();
            assertThat(readToEnd(drip)).isZero();
        }
    }

    @Test
    @DisplayName(
            "IT-008: a message that is not complete 30 s after its first octet ends the connection")
    void messageInTime() throws Exception {
        Network network = open(Limits.DEFAULT);
        try (Socket drip = connect(network);
                Socket good = connect(network)) {
            write(drip, ike(0x08, 1, 1000), Octets.wrap(new byte[100]));
            Await.until("both are accepted", () -> network.connections() == 2);
            int seconds = 0;
            while (network.connections() == 2 && seconds < 100) {
                write(good, REQUEST);
                network.send(inbox.next().path(), RESPONSE);
                time.advance(Duration.ofSeconds(5));
                seconds += 5;
            }
            // the drip may have been read later than it was sent
            assertThat(seconds).isBetween(30, 60);
            assertThat(readToEnd(drip)).isZero();
            write(good, REQUEST);
            assertThat(inbox.next().message()).isEqualTo(REQUEST);
        }
    }

    @Test
    @DisplayName("IT-027: an answered raw connection is closed after 10 s of silence")
    void idleRawConnection() throws Exception {
        Network network = open(Limits.DEFAULT);
        try (Socket peer = connect(network)) {
            write(peer, REQUEST);
            network.send(inbox.next().path(), RESPONSE);
            assertThat(read(peer, RESPONSE.size())).isEqualTo(RESPONSE);
            time.advance(Duration.ofSeconds(9));
            assertThat(network.connections()).isEqualTo(1);
            time.advance(Duration.ofSeconds(2));
            assertThat(readToEnd(peer)).isZero();
        }
    }

    @Test
    @DisplayName("TE-044: an encapsulated connection stays while it is used, and 5 s longer")
    void unusedConnection() throws Exception {
        Network network = open(Limits.DEFAULT);
        try (Socket peer = connect(network)) {
            write(peer, StreamFrames.PREFIX, frame(marked(REQUEST)));
            ConnectionId id = ((TransportPath.Tcp) inbox.next().path()).connection();
            network.used(id, true);
            network.confirm(id);
            time.advance(Duration.ofHours(1));
            assertThat(network.connections()).isEqualTo(1);
            network.used(id, false);
            time.advance(Duration.ofSeconds(6));
            assertThat(readToEnd(peer)).isZero();
        }
    }

    @Test
    @DisplayName("IT-009: connections of strangers are capped for each address, and reset beyond")
    void capPerAddress() throws Exception {
        Network network = open(Limits.DEFAULT.withUnconfirmed(3, 100));
        try (Socket one = connect(network);
                Socket _ = connect(network);
                Socket _ = connect(network)) {
            write(one, REQUEST);
            Received first = inbox.next();
            Await.until("three are accepted", () -> network.unconfirmedConnections() == 3);
            try (Socket four = connect(network)) {
                assertThatThrownBy(() -> readOrThrow(four)).hasMessageContaining("reset");
            }
            network.confirm(((TransportPath.Tcp) first.path()).connection());
            network.confirm(((TransportPath.Tcp) first.path()).connection());
            assertThat(network.unconfirmedConnections()).isEqualTo(2);
            try (Socket five = connect(network)) {
                write(five, REQUEST);
                network.send(inbox.next().path(), RESPONSE);
                assertThat(read(five, RESPONSE.size())).isEqualTo(RESPONSE);
            }
        }
        Await.until("none is unconfirmed", () -> network.unconfirmedConnections() == 0);
        assertThat(counters.of("TOO_MANY_CONNECTIONS")).isEqualTo(1);
    }

    @Test
    @DisplayName("IT-009, TE-108: connections of strangers are capped in total")
    void capInTotal() throws Exception {
        Network network = open(Limits.DEFAULT.withUnconfirmed(100, 1));
        try (Socket one = connect(network)) {
            write(one, REQUEST);
            inbox.next();
            try (Socket two = connect(network)) {
                assertThatThrownBy(() -> readOrThrow(two)).hasMessageContaining("reset");
            }
        }
    }

    @Test
    @DisplayName("back-pressure: while a message is not taken its connection is not read")
    void backPressure() throws Exception {
        Network network = open(Limits.DEFAULT);
        CountDownLatch gate = new CountDownLatch(1);
        inbox.gate = Optional.of(gate);
        try (Socket peer = connect(network);
                Socket other = connect(network)) {
            peer.getOutputStream().write(REQUEST.toArray());
            inbox.next();
            write(other, REQUEST);
            inbox.next();
            write(peer, REQUEST, REQUEST);
            assertThat(inbox.messages.poll(50, TimeUnit.MILLISECONDS)).isNull();
            gate.countDown();
            inbox.awaitMessages(2);
        }
    }

    @Test
    @DisplayName("IT-013: 1 000 connections come and go and leave no socket")
    void thousandConnections() throws Exception {
        Network network = open(Limits.DEFAULT);
        for (int i = 0; i < 1000; i++) {
            TransportPath.Tcp path = connectToItself(network, StreamFraming.IKE_TCP).get();
            network.send(path, REQUEST);
            network.halfClose(path.connection());
            network.send(inbox.next().path(), RESPONSE);
            assertThat(inbox.next().message()).isEqualTo(RESPONSE);
        }
        Await.until("no connection is left", () -> network.connections() == 0);
        Await.until("no alarm is left", () -> time.alarms() == 0);
        assertThat(network.unconfirmedConnections()).isZero();
    }
}
