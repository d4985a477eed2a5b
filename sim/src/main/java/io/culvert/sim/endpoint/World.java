package io.culvert.sim.endpoint;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Spi;
import io.culvert.sim.network.Agenda;
import io.culvert.sim.network.Dice;
import io.culvert.sim.network.Network;
import io.culvert.sim.network.Story;
import java.util.HashSet;
import java.util.Set;

/// One simulated world: its time, its chance, its network, and who watches over its rules. For one thread.
public final class World {
    private final Agenda agenda = new Agenda();
    private final Dice dice;
    private final Network network;
    private final Story story;
    private final CryptoProvider crypto;
    private final PacketPool pool;
    private final Inspector inspector = new Inspector();
    private final Set<Integer> spis = new HashSet<>();
    private long connections;

    /// @param seed decides everything that happens
    /// @param pool buffers for packets; none is in use between two events
    /// @param story told what happens
    public World(long seed, CryptoProvider crypto, PacketPool pool, Story story) {
        this.dice = new Dice(seed);
        this.crypto = crypto;
        this.pool = pool;
        this.story = story;
        this.network = new Network(agenda, dice.fork(), story);
    }

    /// The time, and what is to come.
    public Agenda agenda() {
        return agenda;
    }

    /// The time.
    public MonoTime now() {
        return agenda.now();
    }

    /// Chance.
    public Dice dice() {
        return dice;
    }

    /// The network.
    public Network network() {
        return network;
    }

    /// What happened.
    public Story story() {
        return story;
    }

    /// Who watches over the rules.
    public Inspector inspector() {
        return inspector;
    }

    /// The cryptography.
    public CryptoProvider crypto() {
        return crypto;
    }

    PacketPool pool() {
        return pool;
    }

    long nextConnection() {
        return ++connections;
    }

    /// An SPI that nobody in the world has had, so that two SAs with the same one are the two ends of one pair.
    Spi freshSpi() {
        while (true) {
            Spi spi = new Spi(dice.nextInt());
            if (spi.isAllocatable() && spis.add(spi.value())) {
                return spi;
            }
        }
    }
}
