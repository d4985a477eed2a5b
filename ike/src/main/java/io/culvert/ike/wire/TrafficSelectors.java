package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.List;

/// The TSi or TSr payload: what traffic of one side a Child SA carries.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.13 RFC 7296 section 3.13
/// @param role whose side
/// @param selectors 1 to 255, in order of preference
public record TrafficSelectors(Role role, List<Selector> selectors) implements Payload {
    /// One traffic selector on the wire.
    public sealed interface Selector {
        /// The length on the wire, in octets.
        default int lengthOctets() {
            return switch (this) {
                case Range range -> range.selector().isIpv4() ? 16 : 40;
                case Unknown unknown -> 4 + unknown.body().size();
            };
        }

        /// A range of addresses: TS_IPV4_ADDR_RANGE (7) or TS_IPV6_ADDR_RANGE (8).
        ///
        /// @param selector the range
        record Range(TrafficSelector selector) implements Selector {}

        /// A type that we do not know; narrowing leaves it out (IK-120).
        ///
        /// @param selectorType the TS Type, neither 7 nor 8
        /// @param protocol the octet behind the type, for most types the IP protocol
        /// @param body what follows the length
        record Unknown(int selectorType, int protocol, Octets body) implements Selector {
            /// Checks sizes.
            public Unknown {
                Wire.requireU8(selectorType, "TS Type");
                Wire.requireU8(protocol, "protocol");
                Wire.requireSize(body, 0, 0xffff - 4, "traffic selector");
                if (selectorType == IPV4_RANGE || selectorType == IPV6_RANGE) {
                    throw new IllegalArgumentException("TS Type " + selectorType + " is known");
                }
            }
        }
    }

    static final int IPV4_RANGE = 7;
    static final int IPV6_RANGE = 8;

    /// Copies the list and checks sizes.
    public TrafficSelectors {
        selectors = List.copyOf(selectors);
        Wire.requireRange(selectors.size(), 1, 255, "number of traffic selectors");
        Wire.requireBody(4 + selectors.stream().mapToInt(Selector::lengthOctets).sum(), "TS");
    }

    /// A payload of address ranges.
    ///
    /// @param ranges 1 to 255
    public static TrafficSelectors of(Role role, List<TrafficSelector> ranges) {
        return new TrafficSelectors(
                role, ranges.stream().map(range -> (Selector) new Selector.Range(range)).toList());
    }

    /// The selectors of known types, in their order; perhaps none.
    public List<TrafficSelector> ranges() {
        return selectors.stream()
                .filter(Selector.Range.class::isInstance)
                .map(selector -> ((Selector.Range) selector).selector())
                .toList();
    }

    @Override
    public PayloadType type() {
        return switch (role) {
            case INITIATOR -> PayloadType.TSI;
            case RESPONDER -> PayloadType.TSR;
        };
    }
}
