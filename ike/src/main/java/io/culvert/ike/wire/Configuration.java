package io.culvert.ike.wire;

import java.util.List;
import java.util.Optional;

/// The CP payload: addresses, DNS servers and the like, asked for or given.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.15 RFC 7296 section 3.15
/// @param configurationType request, reply, set or acknowledgement
/// @param attributes the attributes in their order; a type may occur several times
public record Configuration(
        ConfigurationType configurationType, List<ConfigurationAttribute> attributes)
        implements Payload {
    /// Copies the list and checks the total length.
    public Configuration {
        attributes = List.copyOf(attributes);
        Wire.requireBody(
                4 + attributes.stream().mapToInt(ConfigurationAttribute::lengthOctets).sum(), "CP");
    }

    /// All attributes of this type, in their order.
    public List<ConfigurationAttribute> all(ConfigurationAttributeType attributeType) {
        return attributes.stream().filter(a -> a.type().equals(attributeType)).toList();
    }

    /// The first attribute of this type.
    public Optional<ConfigurationAttribute> first(ConfigurationAttributeType attributeType) {
        return attributes.stream().filter(a -> a.type().equals(attributeType)).findFirst();
    }

    @Override
    public PayloadType type() {
        return PayloadType.CP;
    }

    @Override
    public String notation() {
        return "CP(" + configurationType + ")";
    }
}
