package io.culvert.ike.ticket;

import io.culvert.ike.api.Resumable;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.wire.ChainResult;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is left of an IKE SA, as octets: in a ticket that is given by value, and in a file. Holds SK_d in clear.
///
///     version (1) | until (8) | SPI (8) | fields, each: length (2) | octets
///
/// The fields are connection, method, IDi, IDr, SAr, EAP identity, SK_d; an identity is its type (1) and its data. The
/// format is our own and means nothing to others.
public final class TicketState {
    private static final int VERSION = 1;
    private static final int FIELDS = 7;
    private static final MessageCodec CODEC = new MessageCodec();

    private TicketState() {}

    /// Writes a state. The caller overwrites the octets when done.
    public static byte[] encode(Resumable state) {
        byte[] key = state.skD().expose();
        byte[] algorithms = MessageCodec.encodePayloads(List.of(state.algorithms())).toArray();
        OctetsBuilder out =
                new OctetsBuilder(256)
                        .u8(VERSION)
                        .u64(state.until().map(Instant::getEpochSecond).orElse(0L))
                        .u64(state.spi().value());
        for (byte[] field :
                List.of(
                        utf8(state.connection()),
                        utf8(state.method()),
                        identity(state.initiator()),
                        identity(state.responder()),
                        algorithms,
                        utf8(state.eapIdentity().orElse("")),
                        key)) {
            out.u16(field.length).octets(field);
        }
        java.util.Arrays.fill(key, (byte) 0);
        return out.toArray();
    }

    /// Reads a state; nothing if these are not the octets of one.
    public static Optional<Resumable> decode(byte[] octets) {
        ByteBuffer in = ByteBuffer.wrap(octets);
        if (in.remaining() < 17 || in.get() != VERSION) {
            return Optional.empty();
        }
        long until = in.getLong();
        long spi = in.getLong();
        List<byte[]> fields = new ArrayList<>(FIELDS);
        while (in.remaining() >= 2) {
            int length = Short.toUnsignedInt(in.getShort());
            if (length > in.remaining()) {
                return Optional.empty();
            }
            byte[] field = new byte[length];
            in.get(field);
            fields.add(field);
        }
        boolean whole =
                fields.size() == FIELDS
                        && !in.hasRemaining()
                        && fields.get(2).length > 0
                        && fields.get(3).length > 0
                        && fields.get(6).length > 0
                        && until >= 0
                        && until <= Instant.MAX.getEpochSecond();
        if (!whole) {
            return Optional.empty();
        }
        return algorithms(fields.get(4))
                .map(algorithms ->
                        new Resumable(
                                text(fields.get(0)),
                                identity(fields.get(2)),
                                identity(fields.get(3)),
                                Optional.of(text(fields.get(5))).filter(name -> !name.isEmpty()),
                                text(fields.get(1)),
                                algorithms,
                                KeyMaterial.wrap("SK_d", fields.get(6)),
                                new IkeSpi(spi),
                                until == 0
                                        ? Optional.empty()
                                        : Optional.of(Instant.ofEpochSecond(until))));
    }

    private static Optional<SecurityAssociation> algorithms(byte[] field) {
        return CODEC.decodePayloads(PayloadType.SA, Octets.wrap(field))
                                instanceof ChainResult.Payloads(var payloads)
                        && payloads.size() == 1
                        && payloads.getFirst() instanceof SecurityAssociation sa
                ? Optional.of(sa)
                : Optional.empty();
    }

    private static byte[] identity(Identity identity) {
        return new OctetsBuilder(32).u8(identity.type()).octets(identity.data()).toArray();
    }

    private static Identity identity(byte[] field) {
        return new Identity(
                Byte.toUnsignedInt(field[0]), Octets.copyOf(field, 1, field.length - 1));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] field) {
        return new String(field, StandardCharsets.UTF_8);
    }
}
