package io.culvert.ike.proposal;

import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;

/// The chosen algorithms of an IKE SA.
///
/// @param encryption the encryption
/// @param prf the pseudorandom function
/// @param integrity the integrity algorithm, [IntegrityAlgorithm#NONE] with an AEAD
/// @param keyExchange the key exchange method
public record IkeSuite(
        Encryption encryption,
        PrfAlgorithm prf,
        IntegrityAlgorithm integrity,
        KeyExchangeMethod keyExchange) {}
