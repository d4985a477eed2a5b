package io.culvert.ike.wire;

import java.util.List;
import java.util.stream.Collectors;

/// Asks payloads for every reading that they offer: like decoding, reading must never throw.
final class Readings {
    private Readings() {}

    /// All that the payloads say, as one text.
    static String of(List<Payload> payloads) {
        return payloads.stream().map(Readings::of).collect(Collectors.joining());
    }

    private static String of(Payload payload) {
        String read =
                switch (payload) {
                    case SecurityAssociation sa -> sa.proposals().toString();
                    case KeyExchangePayload ke -> ke.toString();
                    case Identification id -> id.restOfId().toString();
                    case Certificate cert -> cert.toString();
                    case CertificateRequest request -> request.hashes().toString();
                    case Authentication auth -> auth.toString();
                    case Nonce nonce -> nonce.toString();
                    case Notify n -> n.notification() + n.name() + n.notification().toNotify();
                    case Delete delete -> delete.espSpis().toString();
                    case VendorId vendor -> vendor.toString();
                    case TrafficSelectors ts -> ts.ranges().toString();
                    case Encrypted sk -> sk.toString();
                    case EncryptedFragment skf -> skf.toString();
                    case Configuration cp ->
                            cp.attributes().stream()
                                    .map(a -> a.reading() + ":" + a.reading().toOctets())
                                    .collect(Collectors.joining());
                    case Eap eap -> eap.code() + ":" + eap.identifier() + eap.method();
                    case PuzzleSolution ps -> ps.keys().toString();
                    case UnknownPayload unknown -> unknown.toString();
                };
        return payload.notation() + read;
    }
}
