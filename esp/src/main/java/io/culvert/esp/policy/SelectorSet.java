package io.culvert.esp.policy;

import io.culvert.esp.ip.IpHeaderView;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.List;

/// The traffic selectors of one side of a Child SA.
final class SelectorSet {
    private final PacketSelector[] selectors;

    SelectorSet(List<TrafficSelector> selectors) {
        this.selectors = selectors.stream().map(PacketSelector::of).toArray(PacketSelector[]::new);
    }

    List<PacketSelector> selectors() {
        return List.of(selectors);
    }

    boolean selectsSource(IpHeaderView packet) {
        for (PacketSelector selector : selectors) {
            if (selector.selectsSource(packet)) {
                return true;
            }
        }
        return false;
    }

    boolean selectsDestination(IpHeaderView packet) {
        for (PacketSelector selector : selectors) {
            if (selector.selectsDestination(packet)) {
                return true;
            }
        }
        return false;
    }
}
