package io.culvert.ike.proposal;

import io.culvert.ipsec.value.TrafficSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Narrows traffic selectors to what both sides allow.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.9 RFC 7296 section 2.9
public final class SelectorNarrowing {
    /// Enough for any real policy; bounds what a peer can make of many selectors times ours.
    private static final int MOST = 255;

    private SelectorNarrowing() {}

    /// What a responder takes of one side's offer.
    ///
    /// @param selectors what both allow, in the order of the offer, none inside another; empty if there is nothing
    /// @param othersPossible whether the peer asked for more than it gets (ADDITIONAL_TS_POSSIBLE does not follow from
    ///     it, but needs it)
    public record Narrowed(List<TrafficSelector> selectors, boolean othersPossible) {
        /// Copies the list.
        public Narrowed {
            selectors = List.copyOf(selectors);
        }
    }

    /// Narrows what is `offered` to what is `allowed` (IK-120).
    public static Narrowed narrow(List<TrafficSelector> allowed, List<TrafficSelector> offered) {
        List<TrafficSelector> common = new ArrayList<>();
        for (TrafficSelector offer : offered) {
            for (TrafficSelector allow : allowed) {
                Optional<TrafficSelector> both = offer.intersect(allow);
                if (both.isPresent() && common.size() < MOST) {
                    addUnlessCovered(common, both.get());
                }
            }
        }
        boolean whole = isWithin(offered, common);
        return new Narrowed(common, !whole && !common.isEmpty());
    }

    /// Whether a responder's answer stays within the request: each selector inside one that was offered.
    public static boolean isWithin(List<TrafficSelector> answer, List<TrafficSelector> offered) {
        return answer.stream().allMatch(a -> offered.stream().anyMatch(a::isSubsetOf));
    }

    private static void addUnlessCovered(List<TrafficSelector> common, TrafficSelector candidate) {
        if (common.stream().noneMatch(candidate::isSubsetOf)) {
            common.removeIf(present -> present.isSubsetOf(candidate));
            common.add(candidate);
        }
    }
}
