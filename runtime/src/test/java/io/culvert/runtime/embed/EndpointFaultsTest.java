package io.culvert.runtime.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.transport.StreamFrames;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import io.culvert.runtime.Await;
import io.culvert.runtime.net.Limits;
import io.culvert.runtime.net.ListenSettings;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
final class EndpointFaultsTest extends EndpointFixture {
    @ParameterizedTest
    @EnumSource(Mistake.class)
    @DisplayName("an exception out of a session ends that session only, and all that it had")
    void mistakeEndsOneSession(Mistake mistake) throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession good = meet(endpoint, peer, 1);
            ScriptedSession bad = meet(endpoint, peer, 2);
            bad.does(input ->
                    input instanceof Input.SpisReserved
                            ? List.of(new Action.InstallChildSa(child(1, 256), true))
                            : List.of(new Action.ReserveSpis(3)));
            poke(endpoint, peer, 2, bad);
            bad.next(Input.MessageReceived.class);
            bad.next(Input.SpisReserved.class);
            Await.until("a Child SA is there", () -> dataPlane.installed.size() == 1);
            bad.does(_ -> mistake.make());
            poke(endpoint, peer, 2, bad);
            bad.next(Input.MessageReceived.class);

            assertThat(sessions.handshakeEnded()).isEqualTo(bad.ours());
            Await.until("one session is left", () -> views(endpoint) == 1);
            Await.until(
                    "all is given back",
                    () -> dataPlane.installed.isEmpty() && dataPlane.reserved.isEmpty());
            assertThat(events)
                    .anyMatch(e ->
                            e.event()
                                            instanceof
                                            IkeEvent.IkeSaClosed(
                                                    _,
                                                    Optional<SessionFailure> failure)
                                    && failure.orElseThrow()
                                            instanceof SessionFailure.LocalProblem);
            assertThat(count(endpoint, "INTERNAL_ERROR")).isEqualTo(1);
            poke(endpoint, peer, 1, good);
            good.next(Input.MessageReceived.class);
            poke(endpoint, peer, 2, bad);
            Await.until("the SPI is free", () -> count(endpoint, "UNKNOWN_SPI") == 1);
        }
    }

    enum Mistake {
        ILLEGAL_STATE,
        ASSERTION,
        ENDLESS_RECURSION;

        List<Action> make() {
            return switch (this) {
                case ILLEGAL_STATE -> throw new IllegalStateException("on purpose");
                case ASSERTION -> throw new AssertionError("on purpose");
                case ENDLESS_RECURSION -> deeper(1);
            };
        }

        private static List<Action> deeper(int depth) {
            List<Action> found = depth > 0 ? deeper(depth + 1) : List.of();
            return List.copyOf(found);
        }
    }

    @Test
    @DisplayName(
            "ESP that nobody knows is told to the session whose peer it came from, as long as it is there (IK-128)")
    void unknownSpi() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        EspRoute here = new EspRoute.Udp(at(4500), at(40_000));
        EspRoute there = new EspRoute.Udp(at(4500), at(40_001));
        DataPlaneEvent fromHere = new DataPlaneEvent.UnknownSpi(new Spi(0xabcd), here);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession owner = meet(endpoint, peer, 1);
            ScriptedSession other = meet(endpoint, peer, 2);
            routeTo(endpoint, peer, 1, owner, here);
            routeTo(endpoint, peer, 2, other, there);
            Await.until("the one is routed", () -> here.equals(dataPlane.routes.get(routed(1))));
            Await.until("and the other", () -> there.equals(dataPlane.routes.get(routed(2))));
            planeListener.get().accept(fromHere);
            assertThat(owner.next()).isEqualTo(new Input.DataPlaneReported(fromHere));

            routeTo(endpoint, peer, 1, owner, there);
            Await.until("it has moved", () -> there.equals(dataPlane.routes.get(routed(1))));
            planeListener.get().accept(fromHere);
            DataPlaneEvent fromThere = new DataPlaneEvent.UnknownSpi(new Spi(0xabcd), there);
            planeListener.get().accept(fromThere);
            assertThat(owner.next()).isEqualTo(new Input.DataPlaneReported(fromThere));
            assertThat(other.next()).isEqualTo(new Input.DataPlaneReported(fromThere));

            other.does(_ -> List.of(new Action.End()));
            poke(endpoint, peer, 2, other);
            Await.until("one session is left", () -> views(endpoint) == 1);
            planeListener.get().accept(fromThere);
            assertThat(owner.next()).isEqualTo(new Input.DataPlaneReported(fromThere));
        }
    }

    private static ChildSaId routed(int session) {
        return new ChildSaId(session);
    }

    private static void routeTo(
            IkeEndpoint endpoint,
            DatagramSocket peer,
            int number,
            ScriptedSession session,
            EspRoute route)
            throws Exception {
        session.does(i ->
                i instanceof Input.MessageReceived
                        ? List.of(new Action.RouteEsp(List.of(routed(number)), route))
                        : List.of());
        poke(endpoint, peer, number, session);
        session.next(Input.MessageReceived.class);
    }

    @Test
    @DisplayName("a full mailbox drops datagrams and counts them; other sessions do not notice")
    void mailboxOverflow() throws Exception {
        IkeEndpoint endpoint = open(s -> s.withLimits(Limits.DEFAULT.withMailboxes(4, 1024)));
        CountDownLatch gate = new CountDownLatch(1);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession busy = meet(endpoint, peer, 1);
            ScriptedSession free = meet(endpoint, peer, 2);
            busy.does(_ -> waitFor(gate));
            poke(endpoint, peer, 1, busy);
            busy.next(Input.MessageReceived.class);
            for (int i = 0; i < 20; i++) {
                poke(endpoint, peer, 1, busy);
            }
            Await.until("16 are dropped", () -> count(endpoint, "MAILBOX_FULL") == 16);
            poke(endpoint, peer, 2, free);
            free.next(Input.MessageReceived.class);
            gate.countDown();
            for (int i = 0; i < 4; i++) {
                busy.next(Input.MessageReceived.class);
            }
            poke(endpoint, peer, 1, busy);
            busy.next(Input.MessageReceived.class);
        }
    }

    @Test
    @DisplayName("a full mailbox stops its TCP connection from being read, and nothing is lost")
    void mailboxBackPressure() throws Exception {
        IkeEndpoint endpoint = open(s -> s.withLimits(Limits.DEFAULT.withMailboxes(4, 1024)));
        CountDownLatch gate = new CountDownLatch(1);
        try (Socket peer = connect(endpoint)) {
            write(peer, ike(1, 0, 0x08, 0));
            ScriptedSession busy = sessions.responder();
            busy.next(Input.MessageReceived.class);
            busy.does(_ -> waitFor(gate));
            for (int i = 0; i < 50; i++) {
                write(peer, ike(1, busy.ours().value(), 0x08, i));
            }
            busy.next(Input.MessageReceived.class);
            gate.countDown();
            for (int i = 1; i < 50; i++) {
                assertThat(busy.next(Input.MessageReceived.class).message().u32(20)).isEqualTo(i);
            }
            assertThat(count(endpoint, "MAILBOX_FULL")).isZero();
        }
    }

    @Test
    @DisplayName("a flood of strangers fills the front desk and slows no known peer")
    void frontDeskOverflow() throws Exception {
        IkeEndpoint endpoint = open(s -> s.withLimits(Limits.DEFAULT.withMailboxes(64, 8)));
        CountDownLatch gate = new CountDownLatch(1);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession known = meet(endpoint, peer, 1);
            sessions.onDecide(_ -> waitFor(gate));
            for (int i = 2; i < 40; i++) {
                send(peer, endpoint.ports().udp(), ike(i, 0, 0x08, 0));
            }
            Await.until("the desk is full", () -> count(endpoint, "FRONT_DESK_FULL") > 0);
            poke(endpoint, peer, 1, known);
            known.next(Input.MessageReceived.class);
            gate.countDown();
            sessions.responder().next(Input.MessageReceived.class);
        }
    }

    @Test
    @DisplayName("IT-014: every session that used a connection learns once that it is lost")
    void connectionLost() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        ScriptedSession one;
        ScriptedSession two;
        try (Socket peer = connect(endpoint)) {
            write(peer, ike(1, 0, 0x08, 0), ike(2, 0, 0x08, 0));
            one = sessions.responder();
            two = sessions.responder();
            one.next(Input.MessageReceived.class);
            two.next(Input.MessageReceived.class);
            write(peer, ike(1, one.ours().value(), 0x08, 1));
            one.next(Input.MessageReceived.class);
            peer.setSoLinger(true, 0);
        }
        one.next(Input.ConnectionLost.class);
        two.next(Input.ConnectionLost.class);
        assertThat(views(endpoint)).isEqualTo(2);
        assertThat(one.hasNext()).isFalse();
        assertThat(two.hasNext()).isFalse();
    }

    @Test
    @DisplayName(
            "IT-014: a reset connection is told to its session, which lives on (IT-090, TE-109)")
    void connectionReset() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        ScriptedSession session;
        try (Socket peer = connect(endpoint)) {
            write(peer, ike(1, 0, 0x08, 0));
            session = sessions.responder();
            session.next(Input.MessageReceived.class);
            peer.setSoLinger(true, 0);
        }
        assertThat(session.next(Input.ConnectionLost.class).reason())
                .isEqualTo("reset by the peer");
        assertThat(views(endpoint)).isEqualTo(1);
        try (Socket again = connect(endpoint)) {
            write(again, ike(1, session.ours().value(), 0x08, 1));
            session.next(Input.MessageReceived.class);
        }
    }

    @Test
    @DisplayName("TE-050: a second IKE SA on an encapsulated connection costs that connection")
    void sharedConnection() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        try (Socket peer = connect(endpoint)) {
            write(peer, StreamFrames.PREFIX, frame(ike(1, 0, 0x08, 0)));
            ScriptedSession session = sessions.responder();
            session.next(Input.MessageReceived.class);
            write(peer, frame(ike(2, 0, 0x08, 0)));
            session.next(Input.ConnectionLost.class);
            assertThat(peer.getInputStream().read()).isEqualTo(-1);
            assertThat(sessions.hasResponder()).isFalse();
            assertThat(count(endpoint, "CONNECTION_SHARED")).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("TE-051: a session that only sends ESP over a connection learns of its loss, too")
    void connectionKnownByEsp() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        try (DatagramSocket datagrams = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession session = meet(endpoint, datagrams, 1);
            try (Socket peer = connect(endpoint)) {
                write(peer, StreamFrames.PREFIX, Octets.ofHex("000a0000010000000001"));
                EspRoute route = dataPlane.arrivals.poll(10, TimeUnit.SECONDS);
                assertThat(route).isInstanceOf(EspRoute.Tcp.class);
                session.does(input ->
                        input instanceof Input.MessageReceived
                                ? List.of(new Action.RouteEsp(List.of(new ChildSaId(1)), route))
                                : List.of());
                poke(endpoint, datagrams, 1, session);
                session.next(Input.MessageReceived.class);
                Await.until("it is routed", () -> !dataPlane.routes.isEmpty());
                // the next message is handled only after all of the one before
                poke(endpoint, datagrams, 1, session);
                session.next(Input.MessageReceived.class);
                peer.setSoLinger(true, 0);
            }
            session.next(Input.ConnectionLost.class);
        }
    }

    @Test
    @DisplayName("IT-018: two IKE SAs may share a raw connection")
    void sharedRawConnection() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        try (Socket peer = connect(endpoint)) {
            write(peer, ike(1, 0, 0x08, 0), ike(2, 0, 0x08, 0));
            ScriptedSession one = sessions.responder();
            ScriptedSession two = sessions.responder();
            write(peer, ike(2, two.ours().value(), 0x08, 1), ike(1, one.ours().value(), 0x08, 1));
            one.next();
            two.next();
            assertThat(one.next(Input.MessageReceived.class).message().u32(20)).isEqualTo(1);
            assertThat(two.next(Input.MessageReceived.class).message().u32(20)).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("a message that cannot be sent comes back as a hint")
    void sendFailed() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession session = meet(endpoint, peer, 1);
            TransportPath nowhere =
                    new TransportPath.Udp(
                            new InetSocketAddress(LOOPBACK, 1),
                            new InetSocketAddress(LOOPBACK, 1),
                            false);
            session.does(i ->
                    i instanceof Input.MessageReceived
                            ? List.of(new Action.Send(nowhere, ike(1, 2, 0x20, 0)))
                            : List.of());
            poke(endpoint, peer, 1, session);
            session.next(Input.MessageReceived.class);
            assertThat(session.next(Input.SendFailed.class).path()).isEqualTo(nowhere);
        }
    }

    @Test
    @DisplayName("a slow answer holds up nobody, and one that fails is a refusal")
    void slowAndFailingAnswers() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        IkeEndpoint endpoint =
                open(s ->
                        s.trusting(_ -> {
                            waitFor(gate);
                            throw new IllegalStateException("on purpose");
                        }));
        Question question =
                new Question.ValidateCertificate(
                        Identity.parse("alice.example.org"),
                        List.of(),
                        new RemoteAuthentication.Signature(
                                IdentityPattern.ANY, List.of(), List.of(), List.of()));
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession session = meet(endpoint, peer, 1);
            session.does(i ->
                    i instanceof Input.MessageReceived
                            ? List.of(new Action.Ask(1, question))
                            : List.of());
            poke(endpoint, peer, 1, session);
            session.next(Input.MessageReceived.class);
            poke(endpoint, peer, 1, session);
            session.next(Input.MessageReceived.class);
            gate.countDown();
            assertThat(session.next(Input.Answered.class).answer())
                    .isInstanceOfSatisfying(
                            Answer.CertificateRefused.class,
                            refused -> assertThat(refused.reason()).contains("an error of ours"));
        }
    }

    @Test
    @DisplayName("closing asks sessions to end, then makes them, and never waits for long")
    void closing() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession willing = meet(endpoint, peer, 1);
            willing.does(_ -> List.of(END));
            ScriptedSession reluctant = meet(endpoint, peer, 2);
            reluctant.disobey();
            reluctant.does(i ->
                    i instanceof Input.Commanded(Command.Abandon _) ? List.of(END) : List.of());
            ScriptedSession stubborn = meet(endpoint, peer, 3);
            stubborn.disobey();
            endpoint.close();
            assertThat(willing.next(Input.Commanded.class).command())
                    .isInstanceOf(Command.Terminate.class);
            assertThat(willing.hasNext()).isFalse();
            assertThat(reluctant.next(Input.Commanded.class).command())
                    .isInstanceOf(Command.Terminate.class);
            assertThat(reluctant.next(Input.Commanded.class).command())
                    .isInstanceOf(Command.Abandon.class);
            stubborn.next(Input.Commanded.class);
            assertThat(count(endpoint, "SESSIONS_LEFT_AT_CLOSE")).isEqualTo(3);
        }
        assertThatThrownBy(() -> endpoint.initiate(connection("x", List.of()), Remote.at(LOOPBACK)))
                .isInstanceOfAny(IOException.class, IllegalStateException.class);
        endpoint.close();
    }

    @Test
    @DisplayName("an endpoint that cannot have its data plane has no sockets either")
    void allOrNothing() throws Exception {
        AtomicReference<BoundPorts> ports = new AtomicReference<>();
        ListenSettings listen = listen();
        assertThatThrownBy(() ->
                        IkeEndpoint.open(
                                EndpointSettings.of(
                                        listen,
                                        p -> {
                                            ports.set(p);
                                            return sessions;
                                        },
                                        (_, _) -> {
                                            throw new IOException("no device");
                                        })))
                .isInstanceOf(IOException.class)
                .hasMessage("no device");
        assertThat(ports.get()).isNull();
    }
}
