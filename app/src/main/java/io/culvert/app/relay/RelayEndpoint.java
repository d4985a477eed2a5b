package io.culvert.app.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One end of a relay, as the command line writes it: `tcp:0.0.0.0:4500`, `udp:gateway.example.org`, `udp:[::1]:500`.
///
/// @param kind how packets travel there
/// @param host a name or an address
/// @param port the port, if one was written
public record RelayEndpoint(Kind kind, String host, OptionalInt port) {
    /// UDP where nothing but IKE travels, without a marker.
    static final int IKE_PORT = 500;

    /// UDP where IKE and ESP share a port, and TCP for both (TE-021).
    static final int SHARED_PORT = 4500;

    private static final Pattern FORM =
            Pattern.compile("([a-z]+):(?:\\[([^\\]]+)\\]|([^:\\[\\]]+))(?::([0-9]{1,5}))?");
    private static final int LARGEST_PORT = 65_535;

    /// How packets travel.
    public enum Kind {
        /// In UDP.
        UDP("udp"),
        /// In TCP, RFC 9329 or raw IKE.
        TCP("tcp");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /// The name in the command line.
        public String word() {
            return word;
        }
    }

    /// Reads one.
    ///
    /// @throws IllegalArgumentException if the text is none; the message says what would be right
    public static RelayEndpoint parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is no endpoint; write tcp:ADDRESS:PORT or udp:ADDRESS[:PORT], an IPv6 address in brackets"
                            .formatted(text));
        }
        String host = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
        OptionalInt port =
                matcher.group(4) == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(Integer.parseInt(matcher.group(4)));
        if (port.isPresent() && port.getAsInt() > LARGEST_PORT) {
            throw new IllegalArgumentException(
                    "%s: a port is at most %d".formatted(text, LARGEST_PORT));
        }
        return new RelayEndpoint(kind(matcher.group(1), text), host, port);
    }

    /// The port, or that which is usual for it.
    int portOrUsual() {
        return port.orElse(SHARED_PORT);
    }

    /// The address. Blocks while a name is looked up.
    ///
    /// @throws IOException if there is none
    InetAddress address() throws IOException {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IOException("the name " + host + " is not known to the resolver", e);
        }
    }

    private static Kind kind(String word, String text) {
        for (Kind each : Kind.values()) {
            if (each.word.equals(word.toLowerCase(Locale.ROOT))) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "\"%s\" in \"%s\" is no way to travel; write tcp or udp".formatted(word, text));
    }

    @Override
    public String toString() {
        String shown = host.contains(":") ? "[" + host + "]" : host;
        return kind.word + ":" + shown + (port.isPresent() ? ":" + port.getAsInt() : "");
    }
}
