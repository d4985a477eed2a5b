package io.culvert.ike.ticket;

import io.culvert.ike.api.Resumable;
import io.culvert.ike.api.TicketKeys;
import io.culvert.ike.api.TicketKeys.TicketKey;
import io.culvert.ike.api.TicketOffice;
import io.culvert.ipsec.crypto.Aead;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;

/// Tickets by value: the client carries the state, sealed. The gateway keeps nothing but which tickets are used up, and
/// that only while it runs.
///
///     version (1) | key (4) | nonce (12) | AES-256-GCM(state) with the first 5 octets as additional data
///
/// What the state says about its end is sealed with it. A nonce is random: with 2^32 tickets of one key the chance that
/// two are the same is 2^-33.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5723#section-6.1 RFC 5723 section 6.1
public final class SealedTickets implements TicketOffice {
    private static final int VERSION = 1;
    private static final int HEAD_OCTETS = 5;
    private static final int CLEAR_OCTETS = HEAD_OCTETS + Aead.NONCE_OCTETS;

    private final CryptoProvider crypto;
    private final SecureRandom random;
    private final TicketKeys keys;
    private final InstantSource clock;
    private final UsedTickets used = new UsedTickets();

    /// Tickets that are sealed by these keys.
    ///
    /// @param clock the time of day: a ticket outlives the process
    public SealedTickets(
            CryptoProvider crypto, SecureRandom random, TicketKeys keys, InstantSource clock) {
        this.crypto = crypto;
        this.random = random;
        this.keys = keys;
        this.clock = clock;
    }

    @Override
    public Optional<Grant> grant(Resumable state, Duration lifetime) {
        Instant now = clock.instant();
        Resumable bounded = state.until(now.plus(lifetime));
        Duration left = Duration.between(now, bounded.until().orElseThrow());
        return left.toSeconds() > 0
                ? Optional.of(new Grant(seal(bounded), left.truncatedTo(ChronoUnit.SECONDS)))
                : Optional.empty();
    }

    private Octets seal(Resumable state) {
        TicketKey key = keys.current();
        byte[] head = new OctetsBuilder(HEAD_OCTETS).u8(VERSION).u32(unsigned(key)).toArray();
        byte[] nonce = new byte[Aead.NONCE_OCTETS];
        random.nextBytes(nonce);
        byte[] plaintext = TicketState.encode(state);
        try (Aead aead = crypto.aead(EncryptionAlgorithm.AES_GCM_16, key.key())) {
            byte[] sealed = aead.seal(nonce, head, plaintext);
            return new OctetsBuilder(CLEAR_OCTETS + sealed.length)
                    .octets(head)
                    .octets(nonce)
                    .octets(sealed)
                    .build();
        } finally {
            Arrays.fill(plaintext, (byte) 0);
        }
    }

    private static long unsigned(TicketKey key) {
        return Integer.toUnsignedLong(key.id());
    }

    @Override
    public Optional<Resumable> open(Octets ticket) {
        return used.contains(ticket) ? Optional.empty() : unseal(ticket).filter(this::isGood);
    }

    private boolean isGood(Resumable state) {
        return state.until().filter(clock.instant()::isBefore).isPresent();
    }

    private Optional<Resumable> unseal(Octets ticket) {
        if (ticket.size() <= CLEAR_OCTETS || ticket.u8(0) != VERSION) {
            return Optional.empty();
        }
        byte[] head = ticket.slice(0, HEAD_OCTETS).toArray();
        byte[] nonce = ticket.slice(HEAD_OCTETS, CLEAR_OCTETS).toArray();
        byte[] sealed = ticket.slice(CLEAR_OCTETS).toArray();
        return keys.named((int) ticket.u32(1)).flatMap(key -> open(key, nonce, head, sealed));
    }

    private Optional<Resumable> open(TicketKey key, byte[] nonce, byte[] head, byte[] sealed) {
        try (Aead aead = crypto.aead(EncryptionAlgorithm.AES_GCM_16, key.key())) {
            Optional<byte[]> plaintext = aead.open(nonce, head, sealed);
            Optional<Resumable> state = plaintext.flatMap(TicketState::decode);
            plaintext.ifPresent(octets -> Arrays.fill(octets, (byte) 0));
            return state;
        }
    }

    @Override
    public boolean redeem(Octets ticket) {
        return open(ticket)
                .flatMap(Resumable::until)
                .filter(until -> used.add(clock.instant(), ticket, until))
                .isPresent();
    }
}
