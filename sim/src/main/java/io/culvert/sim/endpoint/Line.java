package io.culvert.sim.endpoint;

import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.FrameSink;
import io.culvert.ike.transport.IgnoredFrame;
import io.culvert.ike.transport.StreamFault;
import io.culvert.ike.transport.StreamFramer;
import io.culvert.ike.transport.StreamFrames;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import io.culvert.sim.network.Agenda;
import io.culvert.sim.network.StreamEnd;
import io.culvert.sim.network.StreamUser;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/// A TCP connection in an [Endpoint]: the real framing on a simulated stream, and who uses it.
final class Line implements StreamUser, FrameSink {
    private static final Duration UNUSED = Duration.ofSeconds(5);
    private static final Duration UNCONFIRMED = Duration.ofSeconds(30);
    private static final Duration ANSWERS = Duration.ofSeconds(60);

    private final Endpoint endpoint;
    private final ConnectionId id;
    private final StreamEnd end;
    private final boolean weOpened;
    private final StreamFramer framer;
    private final Set<Resident> users = new LinkedHashSet<>();
    private Optional<TransportPath.Tcp> path = Optional.empty();
    private Optional<Agenda.Entry> alarm = Optional.empty();
    private boolean inputEnded;
    private boolean over;
    private int owed;

    private Line(
            Endpoint endpoint,
            ConnectionId id,
            StreamEnd end,
            boolean weOpened,
            StreamFramer framer) {
        this.endpoint = endpoint;
        this.id = id;
        this.end = end;
        this.weOpened = weOpened;
        this.framer = framer;
    }

    static Line opened(Endpoint endpoint, ConnectionId id, StreamEnd end, StreamFraming framing) {
        Line line = new Line(endpoint, id, end, true, StreamFramer.opened(framing));
        if (framing == StreamFraming.TCP_ENCAPSULATION) {
            end.send(StreamFrames.PREFIX);
        }
        line.known(framing);
        return line;
    }

    static Line accepted(Endpoint endpoint, ConnectionId id, StreamEnd end) {
        Set<StreamFraming> all = EnumSet.allOf(StreamFraming.class);
        Line line = new Line(endpoint, id, end, false, StreamFramer.accepted(all));
        line.wait(UNCONFIRMED);
        return line;
    }

    TransportPath.Tcp path() {
        return path.orElseThrow();
    }

    Set<Resident> users() {
        return users;
    }

    void use(Resident user) {
        alarm.ifPresent(Agenda.Entry::callOff);
        users.add(user);
        user.connections.add(path());
    }

    void leave(Resident user) {
        users.remove(user);
        user.connections.remove(path());
        if (users.isEmpty() && !weOpened && !over) {
            wait(UNUSED);
        }
    }

    boolean send(Octets message) {
        if (over) {
            return false;
        }
        end.send(StreamFrames.ike(path().framing(), message));
        if (IkeHeader.peek(message).orElseThrow().response()) {
            owed = Math.max(0, owed - 1);
            endIfAllIsSaid();
        }
        return true;
    }

    void sendEsp(Octets packet) {
        int length = StreamFrames.LENGTH_OCTETS + packet.size();
        end.send(new OctetsBuilder(length).u16(length).octets(packet).build());
    }

    void halfClose() {
        end.finish();
    }

    /// Closes after what was sent, without telling those who use it.
    void close() {
        over = true;
        alarm.ifPresent(Agenda.Entry::callOff);
        end.close();
        endpoint.forget(this, id);
    }

    void vanish() {
        over = true;
        alarm.ifPresent(Agenda.Entry::callOff);
        end.vanish();
    }

    @Override
    public void received(Octets octets) {
        if (over) {
            return;
        }
        Optional<StreamFault> fault = framer.feed(octets.asByteBuffer(), this);
        if (fault.isPresent()) {
            finish(fault.get().what());
        }
    }

    @Override
    public void ended() {
        inputEnded = true;
        if (owed > 0) {
            wait(ANSWERS);
        }
        endIfAllIsSaid();
    }

    @Override
    public void broken(String reason) {
        finish(reason);
    }

    @Override
    public void ike(Octets message) {
        framer.framing().filter(_ -> path.isEmpty()).ifPresent(this::known);
        if (!IkeHeader.peek(message).orElseThrow().response()) {
            owed++;
        }
        endpoint.received(path(), message);
    }

    @Override
    public void esp(ByteBuffer packet) {
        framer.framing().filter(_ -> path.isEmpty()).ifPresent(this::known);
        PacketBuffer buffer = endpoint.world().pool().acquire().orElseThrow();
        try {
            buffer.range(64, packet.remaining());
            buffer.byteBuffer().put(packet);
            endpoint.espReceived(buffer, path());
        } finally {
            buffer.release();
        }
    }

    @Override
    public void keepalive() {}

    @Override
    public void ignored(IgnoredFrame frame) {
        endpoint.tell(() -> "ignored on a stream: " + frame);
    }

    /// Closes because it was misused, and tells those who use it (TE-050).
    void refuse() {
        finish("it was used for another IKE SA");
    }

    private void known(StreamFraming framing) {
        path = Optional.of(new TransportPath.Tcp(id, framing, weOpened, end.local(), end.remote()));
    }

    private void wait(Duration patience) {
        alarm.ifPresent(Agenda.Entry::callOff);
        alarm =
                Optional.of(
                        endpoint.world().agenda().after(patience, () -> finish("no longer used")));
    }

    private void endIfAllIsSaid() {
        if (inputEnded && (weOpened || owed == 0)) {
            finish("closed by the peer");
        }
    }

    private void finish(String reason) {
        if (over) {
            return;
        }
        over = true;
        alarm.ifPresent(Agenda.Entry::callOff);
        end.close();
        endpoint.lost(this, id, reason);
    }
}
