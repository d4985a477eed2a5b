package io.culvert.runtime.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.transport.StreamFrames;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.StreamWrapping;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.Await;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class IkeEndpointTest extends EndpointFixture {

    @Test
    @DisplayName("a stranger's message makes a session, later ones find it by its SPI")
    void strangerAndLater() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession session = meet(endpoint, peer, 1);
            TransportPath path = lastPath;
            assertThat(path.kind().word()).isEqualTo("udp");
            Octets later = ike(1, session.ours().value(), 0x08, 2);
            send(peer, endpoint.ports().natTraversal(), marked(later));
            assertThat(session.next(Input.MessageReceived.class).message()).isEqualTo(later);

            // as responder's own request's answer would come: we are not the original initiator
            session.does(_ -> List.of(new Action.Send(path, ike(1, 0, 0x20, 3))));
            send(peer, endpoint.ports().natTraversal(), marked(later));
            session.next();
            assertThat(receive(peer)).isEqualTo(ike(1, 0, 0x20, 3));
        }
    }

    @Test
    @DisplayName("a repeated first message goes to the session that it has made")
    void repeatedFirstMessage() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession session = meet(endpoint, peer, 1);
            send(peer, endpoint.ports().udp(), ike(1, 0, 0x08, 0));
            session.next(Input.MessageReceived.class);
            assertThat(sessions.hasResponder()).isFalse();
        }
    }

    @Test
    @DisplayName("messages for nobody are counted or answered without a session")
    void strangersWithoutSession() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            send(peer, endpoint.ports().udp(), ike(1, 77, 0x08, 0));
            Await.until("it is counted", () -> count(endpoint, "UNKNOWN_SPI") == 1);
            Octets echoed = message(5, 0, ScriptedSessions.ANSWERED_STATELESSLY, 0x08, 0);
            send(peer, endpoint.ports().udp(), echoed);
            assertThat(receive(peer)).isEqualTo(echoed);
            assertThat(sessions.hasResponder()).isFalse();
        }
    }

    @Test
    @DisplayName("a peer from where no connection is for gets no session")
    void noConnectionForAddress() throws Exception {
        IkeEndpoint endpoint =
                open(s ->
                        s.answering(
                                List.of(connection("other", List.of("192.0.2.0/24"))), List.of()));
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            send(peer, endpoint.ports().udp(), ike(1, 0, 0x08, 0));
            sessions.handshakeEnded();
            assertThat(count(endpoint, "NO_CONNECTION_FOR_ADDRESS")).isEqualTo(1);
            assertThat(sessions.hasResponder()).isFalse();

            endpoint.reload(List.of(connection("any", List.of())));
            meet(endpoint, peer, 2);
        }
    }

    @Test
    @DisplayName("a deadline rings, and an earlier one that is set later rings first")
    void deadlines() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession session = meet(endpoint, peer, 1);
            session.does(_ -> {
                session.deadline(Optional.of(endpoint.now().plus(Duration.ofHours(1))));
                return List.of();
            });
            poke(endpoint, peer, 1, session);
            session.next(Input.MessageReceived.class);
            session.does(input -> {
                if (input instanceof Input.MessageReceived) {
                    session.deadline(Optional.of(endpoint.now().plus(Duration.ofMillis(20))));
                }
                return List.of();
            });
            poke(endpoint, peer, 1, session);
            session.next(Input.MessageReceived.class);
            session.next(Input.DeadlineReached.class);
        }
    }

    @Test
    @DisplayName("TE-040, IT-036: a session opens connections and learns what became of them")
    void openConnection() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        try (java.net.ServerSocket server = new java.net.ServerSocket(0, 1, LOOPBACK)) {
            SessionHandle handle =
                    endpoint.initiate(connection("home", List.of()), Remote.at(LOOPBACK));
            ScriptedSession session = sessions.initiator();
            session.next(Input.Commanded.class);
            InetSocketAddress where = new InetSocketAddress(LOOPBACK, server.getLocalPort());
            session.does(input ->
                    switch (input) {
                        case Input.Commanded _ ->
                                List.of(
                                        new Action.OpenConnection(
                                                7,
                                                StreamFraming.TCP_ENCAPSULATION,
                                                StreamWrapping.PLAIN,
                                                LOOPBACK,
                                                where));
                        case Input.ConnectionOpened(_, TransportPath.Tcp path) ->
                                List.of(new Action.Send(path, ike(9, 0, 0x08, 0)));
                        default -> List.of();
                    });
            handle.command(new Command.CheckLiveness());
            session.next(Input.Commanded.class);
            assertThat(session.next(Input.ConnectionOpened.class).attempt()).isEqualTo(7);
            try (Socket peer = server.accept()) {
                assertThat(Octets.wrap(peer.getInputStream().readNBytes(6 + 34)))
                        .isEqualTo(Octets.concat(StreamFrames.PREFIX, frame(ike(9, 0, 0x08, 0))));
                session.does(_ -> List.of(END));
                handle.command(new Command.CheckLiveness());
                assertThat(peer.getInputStream().read()).as("closed at its end").isEqualTo(-1);
            }
            assertThat(handle.awaitEnd(SOON)).isTrue();
        }
        Await.until("no connection is left", () -> endpoint.tcpConnections() == 0);
    }

    @Test
    @DisplayName("IT-036: a connection that cannot be opened is told with the reason")
    void connectionFailed() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        int nobody;
        try (DatagramSocket placeholder = new DatagramSocket(0, LOOPBACK)) {
            nobody = placeholder.getLocalPort();
        }
        endpoint.initiate(connection("home", List.of()), Remote.at(LOOPBACK));
        ScriptedSession session = sessions.initiator();
        session.does(input ->
                input instanceof Input.Commanded
                        ? List.of(
                                new Action.OpenConnection(
                                        1,
                                        StreamFraming.IKE_TCP,
                                        StreamWrapping.PLAIN,
                                        LOOPBACK,
                                        new InetSocketAddress(LOOPBACK, nobody)))
                        : List.of());
        endpoint.find("home").getFirst().command(new Command.CheckLiveness());
        Input next = session.next();
        while (next instanceof Input.Commanded) {
            next = session.next();
        }
        assertThat(next).isEqualTo(new Input.ConnectionFailed(1, "connection refused"));
    }

    @Test
    @DisplayName("IK-122: an address is leased on request and free again when the session ends")
    void lease() throws Exception {
        AddressPool pool = new AddressPool("rw", IpPrefix.parse("10.9.0.0/24"), List.of());
        IkeEndpoint endpoint =
                open(s -> s.answering(List.of(connection("any", List.of())), List.of(pool)));
        Question question =
                new Question.LeaseAddresses(
                        Identity.parse("alice.example.org"),
                        List.of("rw"),
                        List.of(IpPrefix.parseAddress("0.0.0.0")));
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession session = meet(endpoint, peer, 1);
            session.does(i ->
                    i instanceof Input.MessageReceived
                            ? List.of(new Action.Ask(5, question))
                            : List.of());
            poke(endpoint, peer, 1, session);
            session.next(Input.MessageReceived.class);
            Input.Answered answered = session.next(Input.Answered.class);
            assertThat(answered.question()).isEqualTo(5);
            assertThat(answered.answer()).isInstanceOf(Answer.AddressesLeased.class);
            assertThat(endpoint.leasedAddresses()).isEqualTo(1);
            session.does(_ -> List.of(END));
            poke(endpoint, peer, 1, session);
            Await.until("it is free", () -> endpoint.leasedAddresses() == 0);
        }
    }

    @Test
    @DisplayName("IK-029: a new session replaces the others of the same identities, and no other")
    void replaceOthers() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        Identity alice = Identity.parse("alice.example.org");
        Identity us = Identity.parse("us.example.org");
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession old = establish(endpoint, peer, 1, alice);
            ScriptedSession other = establish(endpoint, peer, 2, Identity.parse("bob.example.org"));
            ScriptedSession fresh = establish(endpoint, peer, 3, alice);
            fresh.does(_ -> List.of(new Action.ReplaceOthers(us, alice)));
            poke(endpoint, peer, 3, fresh);
            fresh.next(Input.MessageReceived.class);
            assertThat(old.next(Input.Commanded.class).command())
                    .isInstanceOf(Command.Abandon.class);
            Await.until("it is gone", () -> views(endpoint) == 2);
            assertThat(other.hasNext()).isFalse();
            assertThat(fresh.hasNext()).isFalse();
        }
    }

    @Test
    @DisplayName(
            "IK-029: a session that was overtaken by a newer one of the same identities goes itself")
    void overtaken() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        Identity alice = Identity.parse("alice.example.org");
        Identity us = Identity.parse("us.example.org");
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession late = establish(endpoint, peer, 1, alice);
            ScriptedSession fresh = establish(endpoint, peer, 2, alice);
            late.does(i ->
                    i instanceof Input.MessageReceived
                            ? List.of(new Action.ReplaceOthers(us, alice))
                            : List.of());
            poke(endpoint, peer, 1, late);
            late.next(Input.MessageReceived.class);
            assertThat(late.next(Input.Commanded.class).command())
                    .isInstanceOf(Command.Abandon.class);
            assertThat(fresh.hasNext()).isFalse();
        }
    }

    @Test
    @DisplayName("what the data plane tells comes to the session of the Child SA")
    void dataPlaneEvents() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            ScriptedSession owner = meet(endpoint, peer, 1);
            ScriptedSession other = meet(endpoint, peer, 2);
            owner.does(i ->
                    i instanceof Input.MessageReceived
                            ? List.of(new Action.InstallChildSa(child(1, 300), true))
                            : List.of());
            poke(endpoint, peer, 1, owner);
            owner.next(Input.MessageReceived.class);
            Await.until("it is installed", () -> !dataPlane.installed.isEmpty());
            DataPlaneEvent limit = new DataPlaneEvent.LifetimeReached(new ChildSaId(1), true);
            planeListener.get().accept(limit);
            planeListener.get().accept(new DataPlaneEvent.LifetimeReached(new ChildSaId(2), true));
            assertThat(owner.next()).isEqualTo(new Input.DataPlaneReported(limit));
            DataPlaneEvent broken = new DataPlaneEvent.Failed("on purpose");
            planeListener.get().accept(broken);
            assertThat(owner.next()).isEqualTo(new Input.DataPlaneReported(broken));
            assertThat(other.next()).isEqualTo(new Input.DataPlaneReported(broken));

            dataPlane.refuses = true;
            owner.does(i ->
                    i instanceof Input.MessageReceived
                            ? List.of(new Action.InstallChildSa(child(3, 301), true))
                            : List.of());
            poke(endpoint, peer, 1, owner);
            owner.next(Input.MessageReceived.class);
            assertThat(owner.next())
                    .isEqualTo(new Input.InstallFailed(new ChildSaId(3), "no room"));
        }
    }

    @Test
    @DisplayName("who waits for a session learns that it stands, or why it does not")
    void outcomes() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        SessionHandle good = endpoint.initiate(connection("good", List.of()), Remote.at(LOOPBACK));
        ScriptedSession goodSession = sessions.initiator();
        SessionHandle bad = endpoint.initiate(connection("bad", List.of()), Remote.at(LOOPBACK));
        ScriptedSession badSession = sessions.initiator();
        assertThat(good.await(Duration.ofMillis(1))).isEmpty();
        assertThat(endpoint.find("good")).containsExactly(good);

        goodSession.establishedWith(Identity.parse("gateway.example.org"));
        goodSession.does(_ ->
                List.of(new Action.Publish(new IkeEvent.IkeSaEstablished(goodSession.status()))));
        good.command(new Command.CheckLiveness());
        assertThat(good.await(SOON)).contains(new SessionOutcome.Established());
        assertThat(good.status(SOON).orElseThrow().state()).isEqualTo("Scripted");

        SessionFailure failure = new SessionFailure.Unreachable("no answer", "try another");
        badSession.does(_ ->
                List.of(
                        new Action.Publish(new IkeEvent.IkeSaClosed("", Optional.of(failure))),
                        END));
        bad.command(new Command.CheckLiveness());
        assertThat(bad.await(SOON)).contains(new SessionOutcome.Failed(failure));
        assertThat(bad.awaitEnd(SOON)).isTrue();
        assertThat(bad.status(SOON)).isEmpty();
        assertThat(endpoint.find("bad")).isEmpty();
        assertThat(events).filteredOn(e -> e.connection().equals(Optional.of("bad"))).hasSize(1);
    }

    @Test
    @DisplayName("a session is started from an address that its connection allows")
    void localAddresses() throws Exception {
        IkeEndpoint endpoint = open(s -> s);
        ConnectionConfig elsewhere = fromAddresses("192.0.2.0/24");
        assertThatThrownBy(() -> endpoint.initiate(elsewhere, Remote.at(LOOPBACK)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1");
        endpoint.initiate(fromAddresses("127.0.0.5"), Remote.at(LOOPBACK));
        Input.Commanded started = sessions.initiator().next(Input.Commanded.class);
        assertThat(((Command.Initiate) started.command()).endpoints().localAddress())
                .isEqualTo(IpPrefix.parseAddress("127.0.0.5"));
    }
}
