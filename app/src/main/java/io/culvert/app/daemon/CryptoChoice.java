package io.culvert.app.daemon;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.linux.libcrypto.LibcryptoCrypto;

/// The cryptography of this run.
///
/// @param provider what does it
/// @param note why it is not the faster one; empty if it is
public record CryptoChoice(CryptoProvider provider, String note) {
    /// Libcrypto where this system has it, else the JDK.
    public static CryptoChoice make() {
        return switch (LibcryptoCrypto.availability()) {
            case LibcryptoCrypto.Availability.Available(CryptoProvider provider) ->
                    new CryptoChoice(provider, "");
            case LibcryptoCrypto.Availability.Missing(String reason) ->
                    new CryptoChoice(
                            new JdkCrypto(),
                            "libcrypto would be faster, but is not used: " + reason);
        };
    }
}
