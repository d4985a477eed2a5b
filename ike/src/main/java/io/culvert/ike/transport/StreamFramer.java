package io.culvert.ike.transport;

import io.culvert.ipsec.value.Octets;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// Finds the messages in what one connection receives, however the stream is cut. For one thread.
///
/// A frame that lies in one piece of input is handed on from there; only what is cut is kept, in memory that grows
/// with what was received and never with what a length announces (IT-003).
///
/// @spec https://www.rfc-editor.org/rfc/rfc9329#section-3 RFC 9329 section 3
public final class StreamFramer {
    /// The octets of an IKE header.
    public static final int IKE_HEADER_OCTETS = 28;

    /// The octets of the largest message on a connection on which nothing authentic has come (IT-003).
    public static final int LIMIT_AT_FIRST = 131_072;

    /// The octets of the largest message on a connection that an authenticated peer uses (IT-003).
    public static final int LIMIT_WHEN_AUTHENTICATED = 1_048_576;

    private static final int IKE_VERSION_OFFSET = 17;
    private static final int IKE_LENGTH_OFFSET = 24;
    private static final byte[] NOTHING = {};

    private final Set<StreamFraming> served;
    private Optional<StreamFraming> framing;
    private Optional<StreamFault> fault = Optional.empty();
    private int limit = LIMIT_AT_FIRST;
    private boolean anyVersion;
    private byte[] held = NOTHING;
    private int heldOctets;
    private long frames;

    private StreamFramer(Set<StreamFraming> served, Optional<StreamFraming> framing) {
        this.served = served;
        this.framing = framing;
    }

    /// For a connection that we opened: what comes on it has no prefix (TE-001).
    public static StreamFramer opened(StreamFraming framing) {
        return new StreamFramer(Set.of(framing), Optional.of(framing));
    }

    /// For a connection that we accepted: its first octets tell the framing.
    ///
    /// @param served the framings that may be, at least one
    public static StreamFramer accepted(Set<StreamFraming> served) {
        return new StreamFramer(EnumSet.copyOf(served), Optional.empty());
    }

    /// Takes all of `received` in and gives the frames that are complete now to `sink`.
    ///
    /// @return the fault that ends the stream, then and ever after; frames before it have been given
    public Optional<StreamFault> feed(ByteBuffer received, FrameSink sink) {
        boolean more = true;
        while (more && fault.isEmpty()) {
            if (framing.isEmpty()) {
                more = classify(received);
            } else if (heldOctets == 0) {
                more = takeWhole(received, framing.get(), sink);
            } else {
                more = complete(received, framing.get(), sink);
            }
        }
        if (fault.isPresent()) {
            held = NOTHING;
            heldOctets = 0;
            received.position(received.limit());
        }
        return fault;
    }

    /// How messages are told apart, once the first octets have told.
    public Optional<StreamFraming> framing() {
        return framing;
    }

    /// Whether a message has begun and not ended.
    public boolean isMidMessage() {
        return heldOctets > 0;
    }

    /// Whether not even the header of the next message is complete.
    public boolean awaitsHeader() {
        return framing.isEmpty() || heldOctets < headerOctets(framing.get());
    }

    /// How many frames have come, ignored ones included.
    public long frames() {
        return frames;
    }

    /// Lets larger messages come, because an authenticated peer uses the connection.
    public void peerAuthenticated() {
        limit = LIMIT_WHEN_AUTHENTICATED;
    }

    /// Lets raw messages of any IKE version come: the Length is at the same place in all of them.
    public void takeAnyVersion() {
        anyVersion = true;
    }

    /// Whether there is more to be done.
    private boolean classify(ByteBuffer received) {
        while (received.hasRemaining()) {
            hold(received, 1);
            switch (StreamClassifier.verdict(Octets.copyOf(held, 0, heldOctets))) {
                case UNDECIDED -> {}
                case ENCAPSULATED -> {
                    heldOctets = 0;
                    decide(StreamFraming.TCP_ENCAPSULATION);
                    return true;
                }
                case RAW -> {
                    decide(StreamFraming.IKE_TCP);
                    return true;
                }
            }
        }
        return false;
    }

    private void decide(StreamFraming found) {
        if (served.contains(found)) {
            framing = Optional.of(found);
        } else {
            fault = Optional.of(StreamFault.FRAMING_NOT_SERVED);
        }
    }

    /// Hands on a frame that lies wholly in `received`, or keeps what there is of it.
    private boolean takeWhole(ByteBuffer received, StreamFraming how, FrameSink sink) {
        int available = received.remaining();
        if (available >= headerOctets(how)) {
            int size = frameOctets(received.slice(), how);
            if (fault.isPresent()) {
                return false;
            }
            if (size <= available) {
                ByteBuffer frame = received.slice(received.position(), size);
                received.position(received.position() + size);
                deliver(frame, how, sink);
                return received.hasRemaining();
            }
        }
        hold(received, available);
        return false;
    }

    /// Goes on with a frame of which a part is kept.
    private boolean complete(ByteBuffer received, StreamFraming how, FrameSink sink) {
        hold(received, headerOctets(how) - heldOctets);
        if (heldOctets < headerOctets(how)) {
            return false;
        }
        int size = frameOctets(ByteBuffer.wrap(held, 0, heldOctets), how);
        if (fault.isPresent()) {
            return false;
        }
        hold(received, size - heldOctets);
        if (heldOctets < size) {
            return false;
        }
        ByteBuffer frame = ByteBuffer.wrap(held, 0, size).slice();
        held = NOTHING;
        heldOctets = 0;
        deliver(frame, how, sink);
        return received.hasRemaining();
    }

    private void hold(ByteBuffer received, int wanted) {
        int octets = Math.min(wanted, received.remaining());
        if (octets <= 0) {
            return;
        }
        if (heldOctets + octets > held.length) {
            held = Arrays.copyOf(held, Math.max(heldOctets + octets, 2 * held.length));
        }
        received.get(held, heldOctets, octets);
        heldOctets += octets;
    }

    private static int headerOctets(StreamFraming how) {
        return switch (how) {
            case IKE_TCP -> IKE_HEADER_OCTETS;
            case TCP_ENCAPSULATION -> StreamFrames.LENGTH_OCTETS;
        };
    }

    /// The octets of the frame whose header is in sight, length included; without meaning after a fault.
    private int frameOctets(ByteBuffer header, StreamFraming how) {
        return switch (how) {
            case IKE_TCP -> {
                long length = Integer.toUnsignedLong(header.getInt(IKE_LENGTH_OFFSET));
                int majorVersion = (header.get(IKE_VERSION_OFFSET) & 0xf0) >>> 4;
                if (majorVersion < 2 && !anyVersion) {
                    fault = Optional.of(StreamFault.VERSION_TOO_OLD);
                } else if (length < IKE_HEADER_OCTETS) {
                    fault = Optional.of(StreamFault.LENGTH_TOO_SMALL);
                } else if (length > limit) {
                    fault = Optional.of(StreamFault.LENGTH_TOO_LARGE);
                }
                yield (int) Math.min(length, limit);
            }
            case TCP_ENCAPSULATION -> {
                int length = header.getShort(0) & 0xffff;
                if (length < StreamFrames.LENGTH_OCTETS) {
                    fault = Optional.of(StreamFault.LENGTH_TOO_SMALL);
                }
                yield length;
            }
        };
    }

    private void deliver(ByteBuffer frame, StreamFraming how, FrameSink sink) {
        frames++;
        switch (how) {
            case IKE_TCP -> sink.ike(copy(frame));
            case TCP_ENCAPSULATION ->
                    deliverBody(frame.position(StreamFrames.LENGTH_OCTETS).slice(), sink);
        }
    }

    private static void deliverBody(ByteBuffer body, FrameSink sink) {
        int octets = body.remaining();
        if (octets == 0) {
            sink.ignored(IgnoredFrame.EMPTY);
        } else if (octets < DatagramFramer.MARKER_OCTETS) {
            if (octets == 1 && (body.get(0) & 0xff) == 0xff) {
                sink.keepalive();
            } else {
                sink.ignored(IgnoredFrame.MEANINGLESS);
            }
        } else if (body.getInt(0) != 0) {
            sink.esp(body);
        } else if (octets < DatagramFramer.MARKER_OCTETS + IKE_HEADER_OCTETS) {
            sink.ignored(IgnoredFrame.MEANINGLESS);
        } else {
            sink.ike(copy(body.position(DatagramFramer.MARKER_OCTETS)));
        }
    }

    private static Octets copy(ByteBuffer view) {
        byte[] octets = new byte[view.remaining()];
        view.get(octets);
        return Octets.wrap(octets);
    }
}
