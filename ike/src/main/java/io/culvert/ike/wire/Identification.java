package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;

/// The IDi or IDr payload: who somebody says to be.
///
/// The reserved octets are kept because AUTH covers them as they were sent (IK-006).
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.5 RFC 7296 section 3.5
/// @param role whose name this is
/// @param idType the sort of name
/// @param reserved three octets, zero when we send
/// @param data the name, unchecked
public record Identification(Role role, IdentificationType idType, Octets reserved, Octets data)
        implements Payload {
    private static final Octets ZEROS = Octets.of((byte) 0, (byte) 0, (byte) 0);

    /// Checks sizes.
    public Identification {
        Wire.requireSize(reserved, 3, 3, "RESERVED");
        Wire.requireBody(4 + data.size(), "ID");
    }

    /// An identification as we send it.
    public static Identification of(Role role, IdentificationType idType, Octets data) {
        return new Identification(role, idType, ZEROS, data);
    }

    /// RestOfID: the payload without its generic header, which goes into AUTH.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.15 RFC 7296 section 2.15
    public Octets restOfId() {
        return new OctetsBuilder(4 + data.size())
                .u8(idType.value())
                .octets(reserved)
                .octets(data)
                .build();
    }

    @Override
    public PayloadType type() {
        return switch (role) {
            case INITIATOR -> PayloadType.IDI;
            case RESPONDER -> PayloadType.IDR;
        };
    }
}
