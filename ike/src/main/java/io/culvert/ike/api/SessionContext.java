package io.culvert.ike.api;

import io.culvert.ike.auth.SharedKeys;
import io.culvert.ipsec.crypto.CryptoProvider;
import java.security.SecureRandom;
import java.util.OptionalInt;

/// What all sessions of a process share; safe for use by many threads.
///
/// @param crypto the cryptography
/// @param random the only source of randomness
/// @param sharedKeys the pre-shared keys
/// @param revealKeys whether keys are given out for a key log
/// @param ikeTcpPort the port that peers are told for raw IKE over TCP (IT-032); empty if we do not listen
/// @param natTraversalPort our UDP port shared with ESP, for a responder
public record SessionContext(
        CryptoProvider crypto,
        SecureRandom random,
        SharedKeys sharedKeys,
        boolean revealKeys,
        OptionalInt ikeTcpPort,
        int natTraversalPort) {}
