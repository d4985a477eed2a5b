package io.culvert.interop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A certification authority of a lab; keys by openssl, certificates by strongSwan's `pki`.
public final class Authority {
    private final Lab lab;
    private final String name;
    private final KeyKind kind;
    private final Path key;
    private final Path certificate;

    private Authority(Lab lab, String name, KeyKind kind) {
        this.lab = lab;
        this.name = name;
        this.kind = kind;
        this.key = generateKey(name);
        this.certificate = lab.folder().resolve(name + ".pem");
    }

    /// A new authority whose own key, and the keys of those it certifies, are of this kind.
    public static Authority create(Lab lab, String name, KeyKind kind) {
        Authority authority = new Authority(lab, name, kind);
        authority.pki(
                authority.certificate,
                List.of("--self", "--ca", "--in", authority.key.toString(), "--type", "priv"),
                List.of("--dn", "C=CH, O=Culvert lab, CN=" + name, "--lifetime", "30"));
        return authority;
    }

    /// Its self-signed certificate, a PEM file.
    public Path certificate() {
        return certificate;
    }

    /// A certificate, valid now, for one name: a mail address or a domain name.
    public Credentials issue(String subjectAltName) {
        return issue(subjectAltName, List.of("--lifetime", "10"));
    }

    /// A certificate for one name, whose time was one day in 2024.
    public Credentials issueExpired(String subjectAltName) {
        return issue(
                subjectAltName,
                List.of("--not-before", "01.01.24 00:00:00", "--not-after", "02.01.24 00:00:00"));
    }

    private Credentials issue(String subjectAltName, List<String> validity) {
        String label = name + "-" + subjectAltName;
        Path subjectKey = generateKey(label);
        Path subjectCertificate = lab.folder().resolve(label + ".pem");
        List<String> subject =
                List.of(
                        "--in",
                        subjectKey.toString(),
                        "--type",
                        "priv",
                        "--dn",
                        "C=CH, O=Culvert lab, CN=" + subjectAltName,
                        "--san",
                        subjectAltName);
        List<String> issuer =
                new ArrayList<>(
                        List.of(
                                "--issue",
                                "--cacert",
                                certificate.toString(),
                                "--cakey",
                                key.toString()));
        issuer.addAll(validity);
        pki(subjectCertificate, issuer, subject);
        return new Credentials(subjectCertificate, subjectKey);
    }

    private Path generateKey(String label) {
        Path file = lab.folder().resolve(label + ".key");
        List<String> command =
                new ArrayList<>(List.of("openssl", "genpkey", "-out", file.toString()));
        command.addAll(kind.generateArguments());
        lab.run(command.toArray(String[]::new)).orFail();
        return file;
    }

    private void pki(Path output, List<String> first, List<String> second) {
        List<String> command = new ArrayList<>(List.of("pki"));
        command.addAll(first);
        command.addAll(second);
        command.addAll(List.of("--outform", "pem"));
        TextFiles.write(output, lab.run(command.toArray(String[]::new)).orFail().output());
    }
}
