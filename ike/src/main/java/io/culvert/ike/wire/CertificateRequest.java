package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;
import java.util.List;
import java.util.stream.IntStream;

/// The CERTREQ payload: which certificates the sender would accept. A hint only.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.7 RFC 7296 section 3.7
/// @param encoding what is asked for
/// @param authorities for X.509, the SHA-1 hashes of the SubjectPublicKeyInfo of trust anchors, 20 octets each
public record CertificateRequest(CertificateEncoding encoding, Octets authorities)
        implements Payload {
    /// The octets of one hash.
    public static final int HASH_OCTETS = 20;

    /// Checks the size.
    public CertificateRequest {
        Wire.requireBody(1 + authorities.size(), "CERTREQ");
    }

    /// A request for X.509 certificates below these trust anchors.
    ///
    /// @param hashes 20 octets each
    public static CertificateRequest x509(List<Octets> hashes) {
        hashes.forEach(hash -> Wire.requireSize(hash, HASH_OCTETS, HASH_OCTETS, "hash"));
        return new CertificateRequest(
                CertificateEncoding.X509_SIGNATURE, Octets.concat(hashes.toArray(Octets[]::new)));
    }

    /// The whole hashes among the authorities; a rest of fewer than 20 octets is left out.
    public List<Octets> hashes() {
        return IntStream.range(0, authorities.size() / HASH_OCTETS)
                .mapToObj(i -> authorities.slice(i * HASH_OCTETS, (i + 1) * HASH_OCTETS))
                .toList();
    }

    @Override
    public PayloadType type() {
        return PayloadType.CERTREQ;
    }
}
