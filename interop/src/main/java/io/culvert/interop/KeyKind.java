package io.culvert.interop;

import java.util.List;

/// A kind of key pair, as openssl's `genpkey` makes it.
public enum KeyKind {
    ECDSA_P256("EC", "ec_paramgen_curve:P-256"),
    RSA_2048("RSA", "rsa_keygen_bits:2048"),
    RSA_3072("RSA", "rsa_keygen_bits:3072"),
    ED25519("ED25519", "");

    private final String algorithm;
    private final String option;

    KeyKind(String algorithm, String option) {
        this.algorithm = algorithm;
        this.option = option;
    }

    List<String> generateArguments() {
        return option.isEmpty()
                ? List.of("-algorithm", algorithm)
                : List.of("-algorithm", algorithm, "-pkeyopt", option);
    }
}
