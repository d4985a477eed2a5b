package io.culvert.app.bench;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.session.IkeSession;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.embed.Remote;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/// Sets up IKE SAs with a gateway, one after another over UDP, and forgets its side of each. For one thread.
final class UdpClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MARKER_OCTETS = 4;
    private static final int LARGEST = 65_535;

    private final SessionContext context;
    private final DatagramSocket socket;
    private final Remote gateway;
    private final DatagramPacket received = new DatagramPacket(new byte[LARGEST], LARGEST);

    /// @throws IOException if the loopback interface cannot be used
    UdpClient(SessionContext context, Remote gateway) throws IOException {
        this.context = context;
        this.gateway = gateway;
        socket = new DatagramSocket(new InetSocketAddress(Loopback.ADDRESS, 0));
        socket.setSoTimeout((int) PATIENCE.toMillis());
    }

    /// Sets up one IKE SA, with its Child SA if it has one.
    ///
    /// @throws IOException if the gateway does not answer, or refuses
    void establish(ConnectionConfig connection) throws IOException {
        BareSession session = new BareSession(IkeSession.initiator(context, connection));
        int port = socket.getLocalPort();
        var ends =
                new Endpoints(
                        Loopback.ADDRESS,
                        port,
                        port,
                        gateway.address(),
                        gateway.udp(),
                        gateway.natTraversal(),
                        gateway.ikeTcp(),
                        gateway.tcpEncapsulation());
        send(session.handle(now(), new Input.Commanded(new Command.Initiate(ends))));
        while (!session.isEstablished()) {
            List<Action.Send> answers = session.handle(now(), receive());
            if (answers.isEmpty() && !session.isEstablished()) {
                throw new IOException("the gateway refused a client");
            }
            send(answers);
        }
    }

    @Override
    public void close() {
        socket.close();
    }

    private void send(List<Action.Send> messages) throws IOException {
        for (Action.Send each : messages) {
            if (!(each.path() instanceof TransportPath.Udp path)) {
                throw new IllegalStateException("not over UDP: " + each.path());
            }
            int marker = path.nonEspMarker() ? MARKER_OCTETS : 0;
            byte[] datagram = new byte[marker + each.message().size()];
            each.message().copyTo(datagram, marker);
            socket.send(new DatagramPacket(datagram, datagram.length, path.remote()));
        }
    }

    private Input receive() throws IOException {
        received.setLength(LARGEST);
        socket.receive(received);
        boolean marked = received.getPort() == gateway.natTraversal();
        byte[] message =
                Arrays.copyOfRange(
                        received.getData(), marked ? MARKER_OCTETS : 0, received.getLength());
        return new Input.MessageReceived(
                new TransportPath.Udp(
                        new InetSocketAddress(Loopback.ADDRESS, socket.getLocalPort()),
                        new InetSocketAddress(received.getAddress(), received.getPort()),
                        marked),
                Octets.wrap(message));
    }

    private static MonoTime now() {
        return new MonoTime(System.nanoTime());
    }
}
