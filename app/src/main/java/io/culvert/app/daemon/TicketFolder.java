package io.culvert.app.daemon;

import io.culvert.ike.api.HeldTicket;
import io.culvert.ike.api.Resumable;
import io.culvert.ike.ticket.TicketState;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.actor.TicketWallet;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;

/// Holds tickets in a folder, one file of each connection, so that a restarted client comes back by them.
///
///     length of the ticket (2) | ticket | what it stands for
///
/// With a ticket goes the key of the IKE SA that follows: the files are for their owner alone. What cannot be written or
/// read is as if it were not there, since a ticket only ever saves something.
final class TicketFolder implements TicketWallet {
    private static final System.Logger LOG = System.getLogger(TicketFolder.class.getName());

    private final Path folder;
    private final InstantSource clock;

    TicketFolder(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    @Override
    public synchronized Optional<HeldTicket> find(String connection) {
        Path file = file(connection);
        try {
            if (Files.notExists(file) || !SecretFile.isPrivate(file)) {
                return Optional.empty();
            }
            return read(Files.readAllBytes(file))
                    .filter(held -> held.state().connection().equals(connection))
                    .filter(held ->
                            held.state().until().filter(clock.instant()::isBefore).isPresent());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "reading the ticket in " + file + " failed: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<HeldTicket> read(byte[] content) {
        ByteBuffer in = ByteBuffer.wrap(content);
        int length = content.length < 2 ? 0 : Short.toUnsignedInt(in.getShort());
        if (length == 0 || length > in.remaining()) {
            return Optional.empty();
        }
        byte[] ticket = new byte[length];
        in.get(ticket);
        byte[] state = new byte[in.remaining()];
        in.get(state);
        Optional<Resumable> known = TicketState.decode(state);
        Arrays.fill(state, (byte) 0);
        return known.map(s -> new HeldTicket(Octets.wrap(ticket), s));
    }

    @Override
    public synchronized void keep(String connection, HeldTicket ticket, Duration lifetime) {
        Path file = file(connection);
        byte[] state = TicketState.encode(ticket.state().until(clock.instant().plus(lifetime)));
        byte[] octets = ticket.ticket().toArray();
        ByteBuffer out = ByteBuffer.allocate(2 + octets.length + state.length);
        out.putShort((short) octets.length).put(octets).put(state);
        try {
            SecretFile.write(file, out.array());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "writing the ticket to " + file + " failed: " + e.getMessage());
        } finally {
            Arrays.fill(state, (byte) 0);
            Arrays.fill(out.array(), (byte) 0);
        }
    }

    @Override
    public synchronized void forget(String connection, Octets ticket) {
        boolean same = find(connection).filter(held -> held.ticket().equals(ticket)).isPresent();
        if (same) {
            try {
                Files.deleteIfExists(file(connection));
            } catch (IOException e) {
                LOG.log(
                        Level.WARNING,
                        "deleting the ticket in "
                                + file(connection)
                                + " failed: "
                                + e.getMessage());
            }
        }
    }

    private Path file(String connection) {
        return folder.resolve(URLEncoder.encode(connection, StandardCharsets.UTF_8) + ".ticket");
    }
}
