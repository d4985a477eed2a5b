package io.culvert.ike.transport;

/// What a TCP connection with [StreamFraming#TCP_ENCAPSULATION] is wrapped in. The framing inside is the same, prefix
/// included (TE-012, TE-120), and so are all rules of the protocol: only who opens the connection has to know.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9329#appendix-A RFC 9329 appendix A
public enum StreamWrapping {
    /// Nothing: the stream is the connection itself.
    PLAIN("tcp-encapsulation"),
    /// TLS, which is there to get through, not to protect: IKE and ESP see to that.
    TLS("tls");

    private final String word;

    StreamWrapping(String word) {
        this.word = word;
    }

    /// The word for TCP encapsulation in it, in configuration and output.
    public String word() {
        return word;
    }
}
