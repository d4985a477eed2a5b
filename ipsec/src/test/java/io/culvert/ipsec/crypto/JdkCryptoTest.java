package io.culvert.ipsec.crypto;

import io.culvert.ipsec.testing.CryptoConformance;
import io.culvert.ipsec.value.Octets;

/// The conformance suite on the provider that needs the JDK alone.
final class JdkCryptoTest extends CryptoConformance {
    @Override
    protected CryptoProvider provider() {
        return new JdkCrypto();
    }

    @Override
    protected KeyExchange withKeyPair(
            KeyExchangeMethod method, Octets privateKey, Octets publicValue) {
        return JdkCrypto.withKeyPair(method, privateKey, publicValue);
    }
}
