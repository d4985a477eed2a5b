package io.culvert.app.cli;

import io.culvert.app.pki.Authority;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// Where the status of a new certificate can be asked for.
final class PlacesOptions {
    @Option(
            names = "--ocsp-uri",
            paramLabel = "URI",
            description = "Where an OCSP responder knows its status.")
    private List<String> responders = new ArrayList<>();

    @Option(
            names = "--crl-uri",
            paramLabel = "URI",
            description = "Where the revocation list is on which it would be.")
    private List<String> lists = new ArrayList<>();

    Authority.Places places() {
        return new Authority.Places(responders, lists);
    }
}
