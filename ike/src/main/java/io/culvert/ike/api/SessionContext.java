package io.culvert.ike.api;

import io.culvert.ike.auth.SharedKeys;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.value.KeyMaterial;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.OptionalInt;

/// What all sessions of a process share; safe for use by many threads.
///
/// @param crypto the cryptography
/// @param random the only source of randomness
/// @param sharedKeys the pre-shared keys
/// @param revealKeys whether keys are given out for a key log
/// @param ikeTcpPort the port that peers are told for raw IKE over TCP (IT-032); empty if we do not listen
/// @param natTraversalPort our UDP port shared with ESP, for a responder
/// @param crashSecret what tokens of quick crash detection are made from, the same after a restart; empty to make none
/// @param tickets gives tickets to resume by; empty to give none
public record SessionContext(
        CryptoProvider crypto,
        SecureRandom random,
        SharedKeys sharedKeys,
        boolean revealKeys,
        OptionalInt ikeTcpPort,
        int natTraversalPort,
        Optional<KeyMaterial> crashSecret,
        Optional<TicketOffice> tickets) {
    /// The size of the secret of quick crash detection, in octets.
    public static final int CRASH_SECRET_OCTETS = 32;

    /// A context without tokens of quick crash detection and without tickets.
    public SessionContext(
            CryptoProvider crypto,
            SecureRandom random,
            SharedKeys sharedKeys,
            boolean revealKeys,
            OptionalInt ikeTcpPort,
            int natTraversalPort) {
        this(
                crypto,
                random,
                sharedKeys,
                revealKeys,
                ikeTcpPort,
                natTraversalPort,
                Optional.empty(),
                Optional.empty());
    }

    /// The same with tokens of quick crash detection.
    public SessionContext withCrashSecret(KeyMaterial secret) {
        return new SessionContext(
                crypto,
                random,
                sharedKeys,
                revealKeys,
                ikeTcpPort,
                natTraversalPort,
                Optional.of(secret),
                tickets);
    }

    /// The same with an office that gives tickets.
    public SessionContext withTickets(TicketOffice office) {
        return new SessionContext(
                crypto,
                random,
                sharedKeys,
                revealKeys,
                ikeTcpPort,
                natTraversalPort,
                crashSecret,
                Optional.of(office));
    }
}
