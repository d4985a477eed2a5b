package io.culvert.sim.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.sim.network.Fault;
import io.culvert.sim.network.Story;
import io.culvert.sim.network.Tally;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Simulation")
class CampaignTest {
    private static final int SESSIONS = Integer.getInteger("sim.sessions", 60);
    private static final int FAULTY_SESSIONS = 800;
    private static final int THREADS = 2;

    @ParameterizedTest(name = "{0}")
    @EnumSource(Scenario.class)
    @DisplayName("sessions live through all faults, no rule is broken, and in the end all work")
    void scenarios(Scenario scenario) throws InterruptedException {
        Campaign campaign = new Campaign(new JdkCrypto(), List.of(scenario), 20_261_123);

        campaign.run(SESSIONS, 1, THREADS, () -> {});

        for (Campaign.Failure failure : campaign.failures()) {
            throw new AssertionError(
                    failure.replay() + "\n" + String.join("\n", failure.story()), failure.cause());
        }
        assertThat(campaign.sessions()).isGreaterThanOrEqualTo(SESSIONS);
        assertThat(campaign.pings()).isGreaterThan(SESSIONS);
    }

    @Test
    @DisplayName("every fault that there is really happens")
    void allFaults() throws InterruptedException {
        Campaign campaign = new Campaign(new JdkCrypto(), List.of(Scenario.values()), 20_261_125);

        campaign.run(FAULTY_SESSIONS, 1, THREADS, () -> {});

        Tally all = new Tally();
        campaign.summaries().values().forEach(summary -> all.add(summary.faults()));
        for (Fault fault : Fault.values()) {
            assertThat(all.of(fault)).as(fault.word()).isPositive();
        }
        Summary clean = campaign.summaries().get(Scenario.CLEAN);
        assertThat(clean.faults().of(Fault.LOST)).isZero();
        assertThat(clean.sessions()).isPositive();
        assertThat(campaign.failures()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Scenario.class)
    @DisplayName("one seed gives one course of events, to the last line")
    void replays(Scenario scenario) {
        List<String> first = story(scenario, 42);

        assertThat(story(scenario, 42)).isEqualTo(first).hasSizeGreaterThan(50);
        assertThat(story(scenario, 43)).isNotEqualTo(first);
    }

    @Test
    @DisplayName("a defect is found, told with its story, and found again by its seed alone")
    void findsDefects() throws InterruptedException {
        Campaign campaign = new Campaign(new BrokenCrypto(), List.of(Scenario.CLEAN), 1);

        campaign.run(1000, 1, 1, () -> {});

        assertThat(campaign.failures()).hasSize(1);
        Campaign.Failure failure = campaign.failures().getFirst();
        assertThat(failure.replay())
                .isEqualTo("bin/sim --scenario clean --replay " + failure.seed());
        assertThat(failure.story()).isNotEmpty();
        Campaign.Result again =
                Campaign.once(new BrokenCrypto(), Scenario.CLEAN, failure.seed(), new Story(0));
        assertThat(again.failure().orElseThrow().cause()).hasMessage("a defect");
        Campaign.Result sound =
                Campaign.once(new JdkCrypto(), Scenario.CLEAN, failure.seed(), new Story(0));
        assertThat(sound.failure()).isEmpty();
    }

    private static List<String> story(Scenario scenario, long seed) {
        Story story = new Story(20_000);
        Campaign.once(new JdkCrypto(), scenario, seed, story);
        return story.lines();
    }
}
