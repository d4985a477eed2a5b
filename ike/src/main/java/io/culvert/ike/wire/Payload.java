package io.culvert.ike.wire;

/// A payload of an IKE message.
///
/// Every payload that can be constructed can be encoded: constructors check sizes. The Critical flag is not kept on
/// payloads that we know, since it means nothing there, and is sent as zero.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.2 RFC 7296 section 3.2
public sealed interface Payload
        permits SecurityAssociation,
                KeyExchangePayload,
                Identification,
                Certificate,
                CertificateRequest,
                Authentication,
                Nonce,
                Notify,
                Delete,
                VendorId,
                TrafficSelectors,
                Encrypted,
                EncryptedFragment,
                Configuration,
                Eap,
                PuzzleSolution,
                UnknownPayload {
    /// The number that announces this payload in the Next Payload field before it.
    PayloadType type();

    /// A short form for ladders, as RFC 7296 writes it: `SA`, `N(COOKIE)`.
    default String notation() {
        return type().toString();
    }

    /// Whether this payload holds others encrypted, and so ends the message.
    default boolean isProtection() {
        return switch (this) {
            case Encrypted _, EncryptedFragment _ -> true;
            case SecurityAssociation _,
                    KeyExchangePayload _,
                    Identification _,
                    Certificate _,
                    CertificateRequest _,
                    Authentication _,
                    Nonce _,
                    Notify _,
                    Delete _,
                    VendorId _,
                    TrafficSelectors _,
                    Configuration _,
                    Eap _,
                    PuzzleSolution _,
                    UnknownPayload _ ->
                    false;
        };
    }
}
