package io.culvert.ike.transport;

import io.culvert.ipsec.value.Octets;
import java.nio.ByteBuffer;

/// Takes what a [StreamFramer] finds on a stream, in the order of the stream. For the thread that feeds the framer.
public interface FrameSink {
    /// A whole IKE message, without length or marker.
    void ike(Octets message);

    /// A whole ESP packet, starting with the SPI.
    ///
    /// @param packet a view of the framer's memory, valid until this call returns: copy what is needed
    void esp(ByteBuffer packet);

    /// A NAT keepalive, which means nothing on a stream (TE-011).
    void keepalive();

    /// A frame without meaning, to be counted and forgotten.
    void ignored(IgnoredFrame frame);
}
