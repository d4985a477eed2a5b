package io.culvert.ike.wire;

/// Octets that are no message. Never leaves this package: [MessageCodec] turns it into a result. It has no stack trace,
/// since the place in our code says nothing about the octets and a flood of garbage should be cheap.
final class InvalidSyntax extends Exception {
    private static final long serialVersionUID = 1L;

    private final MalformedReason reason;
    private final String detail;

    InvalidSyntax(MalformedReason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
        this.detail = detail;
    }

    MalformedReason reason() {
        return reason;
    }

    String detail() {
        return detail;
    }
}
