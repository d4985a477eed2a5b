package io.culvert.interop;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A certification authority of a lab; keys by openssl, certificates by strongSwan's `pki`.
public final class Authority {
    private static final Duration START_LIMIT = Duration.ofSeconds(15);

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

    /// A certificate, valid now, whose status can be asked for at these places; either may be empty.
    ///
    /// @param responder the URI of an OCSP responder
    /// @param list the URI of a revocation list
    public Credentials issueAskable(String subjectAltName, String responder, String list) {
        List<String> options = new ArrayList<>(List.of("--lifetime", "10"));
        if (!responder.isEmpty()) {
            options.addAll(List.of("--ocsp", responder));
        }
        if (!list.isEmpty()) {
            options.addAll(List.of("--crl", list));
        }
        return issue(subjectAltName, options);
    }

    /// A certificate with this many further names of some forty octets each: a large one.
    public Credentials issueLarge(String subjectAltName, int furtherNames) {
        List<String> options = new ArrayList<>(List.of("--lifetime", "10"));
        for (int i = 0; i < furtherNames; i++) {
            options.addAll(List.of("--san", "a-further-name-%04d.of.vpn.example.org".formatted(i)));
        }
        return issue(subjectAltName, options);
    }

    /// A revocation list in DER with these certificates, good for a day.
    public Path revocationList(List<Credentials> revoked) {
        Path file = lab.folder().resolve(name + ".crl");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "sh",
                                "-c",
                                "out=$1; shift; exec pki --signcrl \"$@\" >\"$out\"",
                                "pki",
                                file.toString(),
                                "--cacert",
                                certificate.toString(),
                                "--cakey",
                                key.toString(),
                                "--lifetime",
                                "1"));
        for (Credentials known : revoked) {
            command.addAll(
                    List.of(
                            "--reason",
                            "key-compromise",
                            "--cert",
                            known.certificate().toString()));
        }
        lab.run(command.toArray(String[]::new)).orFail();
        return file;
    }

    /// An OCSP responder of this authority on a host, on one TCP port, which knows these certificates.
    public RunningProcess startResponder(
            Host host, int port, List<Credentials> good, List<Credentials> revoked) {
        Path index = lab.folder().resolve(name + ".ocsp");
        StringBuilder lines = new StringBuilder();
        good.forEach(known -> lines.append(indexLine(known, false)));
        revoked.forEach(known -> lines.append(indexLine(known, true)));
        TextFiles.write(index, lines.toString());
        RunningProcess responder =
                host.start(
                        "ocsp",
                        Map.of(),
                        List.of(
                                "openssl",
                                "ocsp",
                                "-index",
                                index.toString(),
                                "-port",
                                String.valueOf(port),
                                "-rsigner",
                                certificate.toString(),
                                "-rkey",
                                key.toString(),
                                "-CA",
                                certificate.toString(),
                                "-nmin",
                                "5"));
        responder.awaitText("waiting for OCSP client connections", START_LIMIT);
        return responder;
    }

    /// A line of the text database that openssl keeps of certificates.
    private String indexLine(Credentials known, boolean revoked) {
        String serial =
                lab.run(
                                "openssl",
                                "x509",
                                "-noout",
                                "-serial",
                                "-in",
                                known.certificate().toString())
                        .orFail()
                        .output()
                        .strip()
                        .replace("serial=", "");
        return "%s\t491231235959Z\t%s\t%s\tunknown\t/CN=%s\n"
                .formatted(revoked ? "R" : "V", revoked ? "240101000000Z" : "", serial, serial);
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
