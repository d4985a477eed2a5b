package io.culvert.esp.device;

import io.culvert.ipsec.dataplane.DataPlane;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.testing.RekeyingContract;
import io.culvert.ipsec.testing.Station;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The data plane in user space, as every data plane while SAs are rekeyed")
class UserspaceRekeyingContractTest extends RekeyingContract {
    @Override
    protected Station open(Consumer<DataPlaneEvent> events) {
        return new Between(events);
    }

    /// A data plane between a device in memory and a queue of ESP packets.
    private static final class Between implements Station {
        private final MemoryDevice device = new MemoryDevice("memory", 1400, 64);
        private final PlaneFixture fixture;

        Between(Consumer<DataPlaneEvent> events) {
            fixture = new PlaneFixture(device, 256, UserspaceDataPlane.Limits.DEFAULT, events);
        }

        @Override
        public DataPlane plane() {
            return fixture.plane;
        }

        @Override
        public boolean send(Octets packet) {
            return device.send(packet);
        }

        @Override
        public Optional<Octets> receive(Duration patience) throws InterruptedException {
            return device.receive(patience);
        }

        @Override
        public Optional<Octets> leave(Duration patience) throws InterruptedException {
            return Optional.ofNullable(fixture.sent.poll(patience.toNanos(), TimeUnit.NANOSECONDS))
                    .map(PlaneFixture.Sent::packet);
        }

        @Override
        public void arrive(Octets packet, EspRoute from) {
            fixture.arrive(packet, from);
        }

        @Override
        public void close() {
            fixture.close();
        }
    }
}
