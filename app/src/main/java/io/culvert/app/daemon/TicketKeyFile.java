package io.culvert.app.daemon;

import io.culvert.ike.api.TicketKeys;
import io.culvert.ipsec.value.KeyMaterial;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The keys of tickets, in a file that outlives the daemon: each seals for a week, and opens for two.
///
/// A ticket is good for a day at most, so that none is lost when a key goes. Who knows a key can read what tickets hold,
/// and resume the IKE SAs of others: the file is for its owner alone.
///
///     keys, the oldest first, each: number (4) | since, in seconds (8) | key (32)
final class TicketKeyFile implements TicketKeys {
    private static final System.Logger LOG = System.getLogger(TicketKeyFile.class.getName());
    private static final Duration SEALS = Duration.ofDays(7);
    private static final Duration OPENS = Duration.ofDays(14);
    private static final int ENTRY_OCTETS = 4 + 8 + KEY_OCTETS;

    private record Entry(TicketKey key, Instant since) {}

    private final Path file;
    private final SecureRandom random;
    private final InstantSource clock;

    // guarded by this; the newest last
    private final List<Entry> entries;

    private TicketKeyFile(
            Path file, SecureRandom random, InstantSource clock, List<Entry> entries) {
        this.file = file;
        this.random = random;
        this.clock = clock;
        this.entries = entries;
    }

    /// The keys in `file`, which is made if it is not there.
    ///
    /// @throws IOException if it can be neither read nor made, or others may read it; the message has cause and next step
    static TicketKeyFile open(Path file, SecureRandom random, InstantSource clock)
            throws IOException {
        List<Entry> entries = Files.exists(file) ? read(file) : new ArrayList<>();
        var keys = new TicketKeyFile(file, random, clock, entries);
        if (keys.isRotationDue()) {
            keys.rotate();
        }
        return keys;
    }

    private static List<Entry> read(Path file) throws IOException {
        if (!SecretFile.isPrivate(file)) {
            throw new IOException(
                    "others may use "
                            + file
                            + ", the keys of tickets: chmod 600 it, or delete it and start again");
        }
        byte[] octets = Files.readAllBytes(file);
        if (octets.length == 0 || octets.length % ENTRY_OCTETS != 0) {
            throw new IOException(
                    file
                            + " holds no keys of tickets: name another file as `ticket-keys`, or delete it");
        }
        List<Entry> entries = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(octets);
        while (in.hasRemaining()) {
            int id = in.getInt();
            Instant since = Instant.ofEpochSecond(Math.clamp(in.getLong(), 0, Integer.MAX_VALUE));
            byte[] key = new byte[KEY_OCTETS];
            in.get(key);
            entries.add(new Entry(new TicketKey(id, KeyMaterial.wrap("ticket key", key)), since));
        }
        return entries;
    }

    @Override
    public synchronized TicketKey current() {
        if (isRotationDue()) {
            try {
                rotate();
            } catch (IOException e) {
                // the older key serves as well, until the next ticket
                LOG.log(Level.WARNING, "writing new keys of tickets failed: " + e.getMessage());
            }
        }
        return entries.getLast().key;
    }

    @Override
    public synchronized Optional<TicketKey> named(int id) {
        Instant oldest = clock.instant().minus(OPENS);
        return entries.stream()
                .filter(entry -> entry.key.id() == id && entry.since.isAfter(oldest))
                .map(Entry::key)
                .findFirst();
    }

    private boolean isRotationDue() {
        return entries.isEmpty() || !entries.getLast().since.isAfter(clock.instant().minus(SEALS));
    }

    private void rotate() throws IOException {
        Instant now = clock.instant();
        byte[] key = new byte[KEY_OCTETS];
        random.nextBytes(key);
        List<Entry> next = new ArrayList<>(entries);
        next.removeIf(entry -> !entry.since.isAfter(now.minus(OPENS)));
        int id = entries.isEmpty() ? random.nextInt() : entries.getLast().key.id() + 1;
        next.add(new Entry(new TicketKey(id, KeyMaterial.wrap("ticket key", key)), now));
        ByteBuffer out = ByteBuffer.allocate(next.size() * ENTRY_OCTETS);
        for (Entry entry : next) {
            out.putInt(entry.key.id())
                    .putLong(entry.since.getEpochSecond())
                    .put(entry.key.key().expose());
        }
        SecretFile.write(file, out.array());
        entries.clear();
        entries.addAll(next);
    }
}
