package io.culvert.ike.api;

import io.culvert.ike.proposal.IkeSuite;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import java.net.InetAddress;

/// Keys for a person who asked to see them, in order to read a capture.
public sealed interface RevealedKeys {
    /// The keys of an IKE SA.
    record OfIkeSa(
            IkeSpi initiatorSpi,
            IkeSpi responderSpi,
            IkeSuite suite,
            KeyMaterial skEi,
            KeyMaterial skEr,
            KeyMaterial skAi,
            KeyMaterial skAr)
            implements RevealedKeys {}

    /// The keys of a Child SA.
    ///
    /// @param local our address of the ESP packets
    /// @param remote the peer's address of the ESP packets
    record OfChildSa(InetAddress local, InetAddress remote, ChildSaSpec spec)
            implements RevealedKeys {}
}
