package io.culvert.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ike.api.HeldTicket;
import io.culvert.ike.api.Resumable;
import io.culvert.ike.api.TicketKeys.TicketKey;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.proposal.ProposalOffer;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keys of tickets, and tickets, in files that outlive the daemon.
class TicketFilesTest {
    @TempDir Path folder;
    private Instant today = Instant.ofEpochSecond(1_700_000_000);

    @Test
    @DisplayName("keys of tickets outlive a restart, for their owner alone")
    void keysSurvive() throws IOException {
        TicketKey first = keys().current();

        assertThat(keys().current()).isEqualTo(first);
        assertThat(keys().named(first.id())).contains(first);
        assertThat(keys().named(first.id() + 1)).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keyFile())))
                .isEqualTo("rw-------");
    }

    @Test
    @DisplayName(
            "a key seals for a week and opens for two; a restart changes nothing of that (E3-4)")
    void keysRotate() throws IOException {
        TicketKeyFile running = keys();
        TicketKey first = running.current();
        today = today.plus(Duration.ofDays(7));
        TicketKey second = running.current();
        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(second.key()).isNotEqualTo(first.key());
        assertThat(running.named(first.id())).contains(first);
        assertThat(keys().named(first.id())).contains(first);
        assertThat(keys().current()).isEqualTo(second);

        today = today.plus(Duration.ofDays(7));
        assertThat(running.named(first.id())).isEmpty();
        assertThat(running.current()).isNotEqualTo(second);
        assertThat(keys().named(first.id())).isEmpty();
        assertThat(keys().named(second.id())).contains(second);
        assertThat(Files.size(keyFile())).isEqualTo(2 * 44);
    }

    @Test
    @DisplayName("keys that others may read, and a file that holds none, are refused")
    void keysRefused() throws IOException {
        keys();
        Files.setPosixFilePermissions(keyFile(), PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(this::keys)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600");

        Files.setPosixFilePermissions(keyFile(), PosixFilePermissions.fromString("rw-------"));
        Files.writeString(keyFile(), "no keys");
        assertThatThrownBy(this::keys)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ticket-keys");
    }

    @Test
    @DisplayName("a ticket outlives a restart, until its time is over or it is forgotten (E3-4)")
    void ticketsSurvive() throws IOException {
        wallet().keep("home/1", ticket("home/1", 1), Duration.ofHours(1));
        HeldTicket held = wallet().find("home/1").orElseThrow();

        assertThat(held.ticket()).isEqualTo(ticket("home/1", 1).ticket());
        assertThat(held.state().skD()).isEqualTo(ticket("home/1", 1).state().skD());
        assertThat(held.state().initiator()).isEqualTo(Identity.parse("alice@example.org"));
        assertThat(wallet().find("other")).isEmpty();
        try (var files = Files.list(folder.resolve("tickets"))) {
            assertThat(files)
                    .singleElement()
                    .satisfies(file ->
                            assertThat(
                                            PosixFilePermissions.toString(
                                                    Files.getPosixFilePermissions(file)))
                                    .isEqualTo("rw-------"));
        }
        today = today.plus(Duration.ofHours(1));
        assertThat(wallet().find("home/1")).isEmpty();
    }

    @Test
    @DisplayName("a newer ticket is not forgotten with an older one (E3-4)")
    void forgets() {
        wallet().keep("home", ticket("home", 1), Duration.ofHours(1));
        wallet().keep("home", ticket("home", 2), Duration.ofHours(1));
        wallet().forget("home", ticket("home", 1).ticket());
        assertThat(wallet().find("home").orElseThrow().ticket())
                .isEqualTo(ticket("home", 2).ticket());

        wallet().forget("home", ticket("home", 2).ticket());
        assertThat(wallet().find("home")).isEmpty();
    }

    @Test
    @DisplayName("what is no ticket any more is as if it were not there")
    void damaged() throws IOException {
        wallet().keep("home", ticket("home", 1), Duration.ofHours(1));
        Path file = folder.resolve("tickets/home.ticket");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertThat(wallet().find("home")).as(length + " octets").isEmpty();
        }
        Files.write(file, whole);
        assertThat(wallet().find("home")).isPresent();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(wallet().find("home")).isEmpty();
    }

    private Path keyFile() {
        return folder.resolve("state/ticket.keys");
    }

    private TicketKeyFile keys() throws IOException {
        return TicketKeyFile.open(keyFile(), new SecureRandom(), () -> today);
    }

    private TicketFolder wallet() {
        return new TicketFolder(folder.resolve("tickets"), () -> today);
    }

    private static HeldTicket ticket(String connection, int number) {
        byte[] key = new byte[32];
        key[0] = (byte) number;
        return new HeldTicket(
                Octets.of((byte) number, (byte) 7),
                new Resumable(
                        connection,
                        Identity.parse("alice@example.org"),
                        Identity.parse("vpn.example.org"),
                        Optional.empty(),
                        "psk",
                        ProposalOffer.ofIke(ProposalParser.ike("aes128gcm16-prfsha256-x25519")),
                        KeyMaterial.wrap("SK_d", key),
                        new IkeSpi(5),
                        Optional.empty()));
    }
}
