package io.culvert.runtime.embed;

import io.culvert.ipsec.dataplane.DataPlane;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.packet.EspIntake;
import io.culvert.ipsec.packet.EspOutlet;
import java.io.IOException;
import java.util.function.Consumer;

/// Makes the data plane of an endpoint, once its sockets are there.
@FunctionalInterface
public interface DataPlaneFactory {
    /// A data plane and where ESP enters it, often the same object.
    record Parts(DataPlane dataPlane, EspIntake intake) {}

    /// Makes it. The endpoint closes it.
    ///
    /// @param outlet where it sends ESP
    /// @param events where it tells its events, from any thread
    /// @throws IOException if it cannot be made; the endpoint is not opened then
    Parts make(EspOutlet outlet, Consumer<DataPlaneEvent> events) throws IOException;
}
