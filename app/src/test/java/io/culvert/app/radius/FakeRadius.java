package io.culvert.app.radius;

import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A RADIUS server on the loopback address, with hashes of its own making, that says what a test wants.
final class FakeRadius implements AutoCloseable {
    static final byte[] SECRET = "xyzzy5461".getBytes(StandardCharsets.US_ASCII);

    private final DatagramSocket socket;
    private volatile Behaviour behaviour;

    /// Every request that came, as it came.
    final LinkedBlockingQueue<Octets> requests = new LinkedBlockingQueue<>();

    /// Where they came from.
    final LinkedBlockingQueue<SocketAddress> senders = new LinkedBlockingQueue<>();

    /// What it sends back for a request: any number of datagrams.
    interface Behaviour {
        List<byte[]> answers(RadiusPacket request);
    }

    /// One that is silent until it is told to [#behave].
    FakeRadius() {
        this(_ -> List.of());
    }

    FakeRadius(Behaviour behaviour) {
        this.behaviour = behaviour;
        try {
            socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::serve);
    }

    /// From now on it answers so.
    void behave(Behaviour other) {
        behaviour = other;
    }

    RadiusSettings.Server address() {
        return new RadiusSettings.Server("127.0.0.1", socket.getLocalPort());
    }

    private void serve() {
        byte[] buffer = new byte[RadiusPacket.MOST_OCTETS];
        try {
            while (true) {
                DatagramPacket datagram = new DatagramPacket(buffer, buffer.length);
                socket.receive(datagram);
                Octets octets = Octets.copyOf(buffer, 0, datagram.getLength());
                SocketAddress from = datagram.getSocketAddress();
                senders.add(from);
                requests.add(octets);
                for (byte[] answer : behaviour.answers(RadiusPacket.decode(octets).orElseThrow())) {
                    socket.send(new DatagramPacket(answer, answer.length, from));
                }
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    /// An answer with both authenticators.
    static byte[] answer(RadiusPacket request, int code, List<RadiusAttribute> attributes) {
        List<RadiusAttribute> all = new ArrayList<>(attributes);
        all.add(
                new RadiusAttribute(
                        RadiusAttribute.MESSAGE_AUTHENTICATOR, Octets.wrap(new byte[16])));
        byte[] octets =
                new RadiusPacket(code, request.identifier(), request.authenticator(), all).encode();
        byte[] mark = hmac(octets);
        System.arraycopy(mark, 0, octets, octets.length - 16, 16);
        return authenticated(octets);
    }

    /// An answer without a Message-Authenticator.
    static byte[] unmarked(RadiusPacket request, int code, List<RadiusAttribute> attributes) {
        return authenticated(
                new RadiusPacket(code, request.identifier(), request.authenticator(), attributes)
                        .encode());
    }

    private static byte[] authenticated(byte[] octets) {
        System.arraycopy(md5(octets, SECRET), 0, octets, 4, 16);
        return octets;
    }

    /// Whether a request's Message-Authenticator is right.
    static boolean isMarked(Octets request) {
        byte[] octets = request.toArray();
        byte[] mark = Arrays.copyOfRange(octets, 22, 38);
        Arrays.fill(octets, 22, 38, (byte) 0);
        return octets[20] == 80 && Arrays.equals(mark, hmac(octets));
    }

    /// A key of any length in Microsoft's attribute: 16 is for sending, 17 for receiving.
    static RadiusAttribute key(RadiusPacket request, int vendorType, byte[] key) {
        byte[] open = new byte[(key.length / 16 + 1) * 16];
        open[0] = (byte) key.length;
        System.arraycopy(key, 0, open, 1, key.length);
        byte[] salt = {(byte) 0x80, (byte) vendorType};
        byte[] stream = md5(SECRET, request.authenticator().toArray(), salt);
        for (int i = 0; i < open.length; i++) {
            if (i > 0 && i % 16 == 0) {
                stream = md5(SECRET, Arrays.copyOfRange(open, i - 16, i));
            }
            open[i] ^= stream[i % 16];
        }
        Octets header = Octets.of((byte) 0, (byte) 0, (byte) 1, (byte) 0x37, (byte) vendorType);
        return new RadiusAttribute(
                RadiusAttribute.VENDOR_SPECIFIC,
                Octets.concat(
                        header,
                        Octets.of((byte) (open.length + 4)),
                        Octets.wrap(salt),
                        Octets.wrap(open)));
    }

    private static byte[] md5(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] hmac(byte[] octets) {
        try {
            Mac mac = Mac.getInstance("HmacMD5");
            mac.init(new SecretKeySpec(SECRET, "HmacMD5"));
            return mac.doFinal(octets);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
