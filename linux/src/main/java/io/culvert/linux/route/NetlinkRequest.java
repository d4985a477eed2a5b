package io.culvert.linux.route;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Builds one request to the kernel: a header, a fixed part, then attributes.
///
/// Numbers are in the byte order of the machine, addresses in that of the network.
final class NetlinkRequest {
    /// Flag: this is a request.
    static final int REQUEST = 0x001;

    /// Flag: answer with an acknowledgement.
    static final int ACK = 0x004;

    /// Flag: all entries.
    static final int DUMP = 0x300;

    /// Flag: make it.
    static final int CREATE = 0x400;

    /// Flag: fail if it exists.
    static final int EXCLUSIVE = 0x200;

    private static final int LARGEST = 512;
    private static final int SEQUENCE = 8;

    private final ByteBuffer out = ByteBuffer.allocate(LARGEST).order(ByteOrder.nativeOrder());

    /// Starts a request.
    ///
    /// @param type what to do, such as `RTM_NEWROUTE`
    /// @param flags what to do if it exists, and how to answer; [#REQUEST] is always set
    NetlinkRequest(int type, int flags) {
        out.putInt(0).putShort((short) type).putShort((short) (flags | REQUEST));
        out.putInt(0).putInt(0);
    }

    /// Appends octets of the fixed part.
    NetlinkRequest octets(int... values) {
        for (int value : values) {
            out.put((byte) value);
        }
        return this;
    }

    /// Appends 32-bit numbers of the fixed part.
    NetlinkRequest numbers(int... values) {
        for (int value : values) {
            out.putInt(value);
        }
        return this;
    }

    /// Appends an attribute that is a 32-bit number.
    NetlinkRequest number(int type, int value) {
        start(type, 4);
        out.putInt(value);
        return this;
    }

    /// Appends an attribute that is one octet.
    NetlinkRequest octet(int type, int value) {
        start(type, 1);
        out.put((byte) value);
        return pad();
    }

    /// Appends an attribute that is an address.
    NetlinkRequest address(int type, InetAddress address) {
        byte[] octets = address.getAddress();
        start(type, octets.length);
        out.put(octets);
        return this;
    }

    /// Appends an attribute that is a text with a final zero.
    NetlinkRequest text(int type, String text) {
        byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        start(type, octets.length + 1);
        out.put(octets).put((byte) 0);
        return pad();
    }

    /// Appends an attribute that is a range of ports with one port in it.
    NetlinkRequest port(int type, int port) {
        start(type, 4);
        out.putShort((short) port).putShort((short) port);
        return this;
    }

    /// Appends an attribute that is one port, in the byte order of the network.
    NetlinkRequest networkPort(int type, int port) {
        start(type, 2);
        out.put((byte) (port >>> 8)).put((byte) port);
        return pad();
    }

    /// Appends an attribute that is one octet in attributes in an attribute.
    NetlinkRequest nestedOctet(int outer, int middle, int inner, int value) {
        start(outer, 2 * NetlinkMessage.ATTRIBUTE_HEADER + 4);
        start(middle, NetlinkMessage.ATTRIBUTE_HEADER + 4);
        return octet(inner, value);
    }

    /// The whole request, with this number.
    byte[] encode(int sequence) {
        out.putInt(0, out.position()).putInt(SEQUENCE, sequence);
        byte[] octets = new byte[out.position()];
        out.get(0, octets);
        return octets;
    }

    private void start(int type, int octets) {
        out.putShort((short) (NetlinkMessage.ATTRIBUTE_HEADER + octets)).putShort((short) type);
    }

    private NetlinkRequest pad() {
        while (out.position() % 4 != 0) {
            out.put((byte) 0);
        }
        return this;
    }
}
