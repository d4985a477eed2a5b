package io.culvert.esp.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.dataplane.DataPlane;
import io.culvert.ipsec.testing.DataPlaneContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The data plane in user space, as every data plane")
class UserspaceDataPlaneContractTest extends DataPlaneContract {
    private final PlaneFixture fixture = new PlaneFixture(new MemoryDevice("memory", 1400, 16));

    @Override
    protected DataPlane open() {
        return fixture.plane;
    }

    @AfterEach
    void leavesNothingBehind() {
        fixture.close();
        assertThat(fixture.events).isEmpty();
    }
}
