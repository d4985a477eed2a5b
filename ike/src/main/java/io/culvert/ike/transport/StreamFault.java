package io.culvert.ike.transport;

/// Why nothing more can be read from a stream, so that its connection has to be closed.
///
/// The SAs that used the connection are not harmed (IT-003, TE-005).
public enum StreamFault {
    /// The first octets are of no framing that this port serves (TE-003).
    FRAMING_NOT_SERVED("the first octets are of no framing that is served here"),
    /// A length that does not cover what it must count.
    LENGTH_TOO_SMALL("a length smaller than what it counts"),
    /// A length above the limit, before any memory is taken for it.
    LENGTH_TOO_LARGE("a length above the limit"),
    /// IKE version 1 or less, which is not answered (IT-004).
    VERSION_TOO_OLD("an IKE version before 2");

    private final String what;

    StreamFault(String what) {
        this.what = what;
    }

    /// What was found, for people.
    public String what() {
        return what;
    }
}
