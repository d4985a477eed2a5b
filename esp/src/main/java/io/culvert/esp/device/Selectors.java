package io.culvert.esp.device;

import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.List;

/// What an SA is for.
///
/// @param local the selectors of our side
/// @param remote the selectors of the peer's side
record Selectors(List<TrafficSelector> local, List<TrafficSelector> remote) {
    static Selectors of(ChildSaSpec spec) {
        return new Selectors(spec.local(), spec.remote());
    }
}
