package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;

/// The N payload as it stands on the wire; [#notification] says what it means.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.10 RFC 7296 section 3.10
/// @param protocol the protocol of the SPI; none if there is no SPI
/// @param spi the SA that this is about, in most cases none; at most 255 octets
/// @param code the notify message type, 16 bits
/// @param data what the type defines
public record Notify(ProtocolId protocol, Octets spi, int code, Octets data) implements Payload {
    /// From here on notifications are about status, below they are errors.
    public static final int FIRST_STATUS = 16_384;

    /// Checks sizes.
    public Notify {
        Wire.requireU16(code, "notify message type");
        Wire.requireSize(spi, 0, 255, "SPI");
        Wire.requireBody(4 + spi.size() + data.size(), "N");
    }

    /// A notification about no existing SA, without data.
    public static Notify of(NotifyType type) {
        return of(type, Octets.EMPTY);
    }

    /// A notification about no existing SA.
    public static Notify of(NotifyType type, Octets data) {
        return new Notify(ProtocolId.NONE, Octets.EMPTY, type.code(), data);
    }

    /// Whether this has the given type.
    public boolean is(NotifyType wanted) {
        return code == wanted.code();
    }

    /// Whether this reports an error, known to us or not.
    public boolean isError() {
        return code < FIRST_STATUS;
    }

    /// What this says. Total: data that does not fit the type gives [Notification.Unusable].
    public Notification notification() {
        return NotificationCodec.decode(this);
    }

    /// The RFC's name of the type, or its number.
    public String name() {
        return NotifyType.ofCode(code).map(NotifyType::name).orElse(Integer.toString(code));
    }

    @Override
    public PayloadType type() {
        return PayloadType.NOTIFY;
    }

    @Override
    public String notation() {
        return "N(" + name() + ")";
    }
}
