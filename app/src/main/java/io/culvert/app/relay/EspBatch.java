package io.culvert.app.relay;

import io.culvert.ike.transport.ConnectionId;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.EspOutlet;
import io.culvert.ipsec.packet.PacketBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// ESP packets of one client on their way to its TCP connection, which takes several at once. For one thread.
final class EspBatch {
    private static final int LARGEST = 32;

    private final EspOutlet outlet;
    private final Tally tally;
    private final List<PacketBuffer> packets = new ArrayList<>(2);
    private long octets;

    EspBatch(EspOutlet outlet, Tally tally) {
        this.outlet = outlet;
        this.tally = tally;
    }

    /// Adds one. Ownership: moves to the callee.
    ///
    /// @return whether it is time to [#flush]
    boolean add(PacketBuffer packet) {
        packets.add(packet);
        octets += packet.length();
        return packets.size() == LARGEST;
    }

    /// Sends all on a connection, or drops them if there is none.
    void flush(Optional<ConnectionId> connection) {
        if (packets.isEmpty()) {
            return;
        }
        if (connection.isEmpty()) {
            packets.forEach(PacketBuffer::release);
            tally.dropped().add("NO_CONNECTION", packets.size());
        } else {
            tally.towardsTcp.esp(packets.size(), octets);
            PacketBuffer[] taken = packets.toArray(PacketBuffer[]::new);
            outlet.send(taken, taken.length, new EspRoute.Tcp(connection.get().value()));
        }
        packets.clear();
        octets = 0;
    }
}
