package io.culvert.bench;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.linux.libcrypto.LibcryptoCrypto;
import io.culvert.linux.libcrypto.LibcryptoCrypto.Availability;

/// The providers by the names that benchmarks give them.
final class Providers {
    private Providers() {}

    /// @param name `jdk` or `libcrypto`
    /// @throws IllegalStateException if this system has not got it
    static CryptoProvider named(String name) {
        return switch (name) {
            case "jdk" -> new JdkCrypto();
            case "libcrypto" ->
                    switch (LibcryptoCrypto.availability()) {
                        case Availability.Available(CryptoProvider provider) -> provider;
                        case Availability.Missing(String reason) ->
                                throw new IllegalStateException(reason);
                    };
            default -> throw new IllegalArgumentException("no provider " + name);
        };
    }
}
