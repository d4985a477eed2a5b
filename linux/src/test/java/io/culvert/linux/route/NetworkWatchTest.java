package io.culvert.linux.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.linux.route.NetworkEntry.Address;
import io.culvert.linux.route.NetworkEntry.Route;
import io.culvert.linux.testing.NeedsNamespace;
import io.culvert.linux.testing.NetworkNamespace;
import io.culvert.linux.tun.LinuxTun;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NeedsNamespace
@Timeout(30)
class NetworkWatchTest {
    @Test
    @DisplayName("links, addresses and routes that come or go are told, each once")
    void changes() throws Exception {
        NetworkNamespace.run(() -> {
            try (Rtnetlink netlink = Rtnetlink.open();
                    NetworkWatch watch = NetworkWatch.open();
                    LinuxTun tun = LinuxTun.open("dev0", 1400)) {
                assertThat(watch.await()).isTrue();
                int link = netlink.link(tun.name()).orElseThrow().index();
                netlink.setUp(link);
                assertThat(watch.await()).isTrue();
                Address address = new Address(link, IpPrefix.parseAddress("192.0.2.7"), 24);
                netlink.add(address);
                assertThat(watch.await()).isTrue();
                Route route =
                        new Route(
                                IpPrefix.parse("10.0.0.0/8"),
                                link,
                                Optional.empty(),
                                Optional.empty(),
                                NetworkEntry.MAIN_TABLE);
                netlink.add(route);
                assertThat(watch.await()).isTrue();
                netlink.remove(route);
                assertThat(watch.await()).isTrue();
                netlink.remove(address);
                assertThat(watch.await()).isTrue();
            }
        });
    }

    @Test
    @DisplayName("closing ends the wait")
    void close() throws Exception {
        NetworkNamespace.run(() -> {
            NetworkWatch watch = NetworkWatch.open();
            CompletableFuture<Boolean> told = new CompletableFuture<>();
            Thread waiting =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    told.complete(watch.await());
                                } catch (Exception e) {
                                    told.completeExceptionally(e);
                                }
                            });
            watch.close();
            watch.close();
            assertThat(told.get(10, TimeUnit.SECONDS)).isFalse();
            waiting.join();
            assertThat(watch.await()).isFalse();
        });
    }
}
