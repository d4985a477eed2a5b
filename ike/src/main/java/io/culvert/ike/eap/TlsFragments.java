package io.culvert.ike.eap;

import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Cuts the octets of TLS into the bodies of EAP-TLS packets, and puts them together.
///
///     flags: L M S 0 0 0 0 0 | total, 4 octets, if L | data
///
/// @spec https://www.rfc-editor.org/rfc/rfc5216#section-2.1.5 RFC 5216 section 2.1.5
final class TlsFragments {
    /// What a whole TLS flight may be: a long chain of certificates, and no more.
    static final int MOST_OCTETS = 65_536;

    /// An empty packet: go on.
    static final Octets ACKNOWLEDGEMENT = Octets.of((byte) 0);

    /// The server's first packet.
    static final Octets START = Octets.of((byte) 0x20);

    private static final int LENGTH_INCLUDED = 0x80;
    private static final int MORE = 0x40;
    private static final int BEGIN = 0x20;
    private static final int LENGTH_OCTETS = 4;
    private static final int MOST_DATA = EapPackets.MTU_OCTETS - 5 - 1 - LENGTH_OCTETS;

    private final Deque<Octets> outgoing = new ArrayDeque<>();
    private final List<Octets> incoming = new ArrayList<>();
    private int received;
    private long announced;

    /// What came of a packet.
    sealed interface Arrival {
        /// All octets of a flight.
        record Flight(Octets octets) implements Arrival {}

        /// A part of a flight: to be acknowledged.
        record Part() implements Arrival {}

        /// Nothing but an acknowledgement.
        record Acknowledgement() implements Arrival {}

        /// The server begins.
        record Start() implements Arrival {}

        /// Not according to the rules.
        record Broken(String reason) implements Arrival {}
    }

    /// Takes a flight to send; [#next] gives its parts.
    void send(Octets flight) {
        int size = flight.size();
        boolean whole = size <= MOST_DATA;
        for (int at = 0; at < size; at += MOST_DATA) {
            int end = Math.min(size, at + MOST_DATA);
            int flags = (at == 0 && !whole ? LENGTH_INCLUDED : 0) | (end < size ? MORE : 0);
            OctetsBuilder body = new OctetsBuilder(end - at + LENGTH_OCTETS + 1);
            body.u8(flags);
            if ((flags & LENGTH_INCLUDED) != 0) {
                body.u32(size);
            }
            outgoing.add(body.octets(flight.slice(at, end)).build());
        }
    }

    /// The next part of what is to be sent.
    Optional<Octets> next() {
        return Optional.ofNullable(outgoing.poll());
    }

    /// Whether parts wait to be sent.
    boolean isSending() {
        return !outgoing.isEmpty();
    }

    /// Takes in the body of a packet.
    Arrival take(Octets body) {
        if (body.isEmpty()) {
            return new Arrival.Broken("an EAP-TLS packet without flags");
        }
        int flags = body.u8(0);
        boolean hasLength = (flags & LENGTH_INCLUDED) != 0;
        int start = hasLength ? 1 + LENGTH_OCTETS : 1;
        if (body.size() < start) {
            return new Arrival.Broken("an EAP-TLS packet that is too short");
        }
        if ((flags & BEGIN) != 0) {
            return body.size() == start
                    ? new Arrival.Start()
                    : new Arrival.Broken("an EAP-TLS start with data");
        }
        Octets data = body.slice(start);
        boolean more = (flags & MORE) != 0;
        if (data.isEmpty()) {
            return received == 0 && !more
                    ? new Arrival.Acknowledgement()
                    : new Arrival.Broken("an empty fragment of EAP-TLS");
        }
        if (hasLength && received == 0) {
            announced = body.u32(1);
        }
        received += data.size();
        if (received > MOST_OCTETS || announced > MOST_OCTETS) {
            return new Arrival.Broken("more than " + MOST_OCTETS + " octets of EAP-TLS");
        }
        incoming.add(data);
        return more ? new Arrival.Part() : flight();
    }

    private Arrival flight() {
        Octets whole = Octets.concat(incoming.toArray(Octets[]::new));
        boolean wrong = announced != 0 && announced != whole.size();
        incoming.clear();
        received = 0;
        announced = 0;
        return wrong
                ? new Arrival.Broken("an EAP-TLS flight of another length than announced")
                : new Arrival.Flight(whole);
    }
}
