package io.culvert.interop;

import java.nio.file.Path;

/// An end entity's certificate and its private key (PKCS#8), both PEM files.
public record Credentials(Path certificate, Path key) {}
