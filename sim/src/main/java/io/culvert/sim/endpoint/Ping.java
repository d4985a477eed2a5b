package io.culvert.sim.endpoint;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.net.UnknownHostException;

/// The inner packet of the simulation: an IPv4 header with nothing in it but addresses, and a number.
///
/// @param number unique in the world
record Ping(InetAddress from, InetAddress to, long number) {
    private static final int OCTETS = 28;
    private static final int SOURCE_AT = 12;
    private static final int DESTINATION_AT = 16;
    private static final int NUMBER_AT = 20;

    void write(PacketBuffer packet, int headroom) {
        packet.range(headroom, OCTETS);
        for (int i = 0; i < OCTETS; i++) {
            packet.putU8(i, 0);
        }
        packet.putU8(0, 0x45);
        packet.putU16(2, OCTETS);
        for (int i = 0; i < 4; i++) {
            packet.putU8(SOURCE_AT + i, from.getAddress()[i]);
            packet.putU8(DESTINATION_AT + i, to.getAddress()[i]);
        }
        packet.putU32(NUMBER_AT, (int) (number >>> 32));
        packet.putU32(NUMBER_AT + 4, (int) number);
    }

    static Ping read(PacketBuffer packet) {
        long number =
                (long) packet.u32(NUMBER_AT) << 32 | (packet.u32(NUMBER_AT + 4) & 0xffff_ffffL);
        return new Ping(address(packet, SOURCE_AT), address(packet, DESTINATION_AT), number);
    }

    boolean isWithin(TrafficSelector source, TrafficSelector destination) {
        return source.matches(0, from, 0) && destination.matches(0, to, 0);
    }

    private static InetAddress address(PacketBuffer packet, int at) {
        byte[] octets = new byte[4];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) packet.u8(at + i);
        }
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four octets are an address", e);
        }
    }
}
