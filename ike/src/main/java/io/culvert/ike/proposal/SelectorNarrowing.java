package io.culvert.ike.proposal;

import io.culvert.ipsec.value.TrafficSelector;
import java.util.ArrayList;
import java.util.List;

/// Narrows traffic selectors to what both sides allow, of one side of a Child SA.
///
/// Our choice: all that both have in common, in the peer's order. So nothing acceptable is left out, and if the peer's
/// first selector, which describes the packet that started it all, is acceptable, the answer begins with one that holds
/// the whole of it.
///
/// Pure functions of their arguments.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.9 RFC 7296 section 2.9
public final class SelectorNarrowing {
    /// What one TS payload can hold; also bounds what a peer can make of many selectors times ours.
    private static final int MOST = 255;

    private SelectorNarrowing() {}

    /// Narrows what is `offered` to what is `allowed` (IK-120).
    ///
    /// @return what both allow, in the order of the offer, none inside another, at most 255; empty if there is nothing
    public static List<TrafficSelector> narrow(
            List<TrafficSelector> allowed, List<TrafficSelector> offered) {
        List<TrafficSelector> common = new ArrayList<>();
        for (TrafficSelector offer : offered) {
            for (TrafficSelector allow : allowed) {
                if (common.size() < MOST) {
                    offer.intersect(allow).ifPresent(both -> addUnlessCovered(common, both));
                }
            }
        }
        return List.copyOf(common);
    }

    /// Whether a responder's answer stays within the request: each selector inside one that was offered. An answer
    /// without selectors, which may have had some of unknown types, does not.
    public static boolean isWithin(List<TrafficSelector> answer, List<TrafficSelector> offered) {
        return !answer.isEmpty()
                && answer.stream().allMatch(a -> offered.stream().anyMatch(a::isSubsetOf));
    }

    /// Adds a selector unless one that is there covers it. Those that it covers go, and it takes the place of the first.
    private static void addUnlessCovered(List<TrafficSelector> common, TrafficSelector candidate) {
        if (common.stream().anyMatch(candidate::isSubsetOf)) {
            return;
        }
        int place = common.size();
        for (int i = common.size() - 1; i >= 0; i--) {
            if (common.get(i).isSubsetOf(candidate)) {
                common.remove(i);
                place = i;
            }
        }
        common.add(place, candidate);
    }
}
