package io.culvert.sim.scenario;

import io.culvert.ike.api.Command;
import io.culvert.sim.endpoint.Endpoint;
import io.culvert.sim.endpoint.Resident;
import io.culvert.sim.network.Access;
import io.culvert.sim.network.Dice;
import io.culvert.sim.network.Fault;
import io.culvert.sim.network.Nat;
import io.culvert.sim.network.Protocol;
import io.culvert.sim.network.TcpConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Something that befalls a simulated world.
enum Deed {
    /// A link goes dead, and comes back.
    CUT {
        @Override
        void happen(Run run) {
            Access access = run.anyParty().access();
            access.cut(true);
            run.afterAWhile(() -> access.cut(false));
        }
    },
    /// A link becomes very bad for a while.
    LOSE_MUCH {
        @Override
        void happen(Run run) {
            Access access = run.anyParty().access();
            double before = access.quality().loss();
            access.quality(access.quality().losing(0.5));
            run.afterAWhile(() -> access.quality(access.quality().losing(before)));
        }
    },
    /// A firewall blocks all of UDP for a while.
    BLOCK_UDP {
        @Override
        void happen(Run run) {
            Access access = run.anyClient().access();
            access.firewall().block(Protocol.UDP);
            run.afterAWhile(access.firewall()::open);
        }
    },
    /// A firewall blocks UDP port 4500 for a while.
    BLOCK_NAT_TRAVERSAL {
        @Override
        void happen(Run run) {
            Access access = run.anyClient().access();
            access.firewall().block(Protocol.UDP, 4500);
            run.afterAWhile(access.firewall()::open);
        }
    },
    /// A firewall blocks TCP for a while, in silence or not.
    BLOCK_TCP {
        @Override
        void happen(Run run) {
            Access access = run.anyClient().access();
            access.firewall().block(Protocol.TCP);
            if (run.dice().nextBoolean()) {
                access.firewall().reject();
            }
            run.afterAWhile(access.firewall()::open);
        }
    },
    /// A NAT forgets everything, and gives other ports afterwards.
    REBIND_NAT {
        @Override
        void happen(Run run) {
            Optional<Nat> nat = run.anyClient().access().nat();
            if (nat.filter(Nat::rebind).isPresent()) {
                run.world().network().tally().count(Fault.NAT_REBOUND);
            }
        }
    },
    /// A TCP connection is reset, now or after some more octets.
    RESET_STREAM {
        @Override
        void happen(Run run) {
            breakStream(run, false);
        }
    },
    /// A TCP connection breaks, and one end does not learn of it.
    HALF_OPEN_STREAM {
        @Override
        void happen(Run run) {
            breakStream(run, true);
        }
    },
    /// A road warrior loses its memory and starts again.
    CRASH_CLIENT {
        @Override
        void happen(Run run) {
            run.crash(run.anyClient());
        }
    },
    /// The gateway loses its memory and starts again.
    CRASH_GATEWAY {
        @Override
        void happen(Run run) {
            run.crash(run.gateway());
        }
    },
    /// Somebody ends a session properly.
    TERMINATE {
        @Override
        void happen(Run run) {
            command(run, new Command.Terminate("simulated"));
        }
    },
    /// Somebody forgets a session without telling the peer.
    ABANDON {
        @Override
        void happen(Run run) {
            command(run, new Command.Abandon("simulated"));
        }
    },
    /// Somebody wants to know whether its peer is alive.
    CHECK_LIVENESS {
        @Override
        void happen(Run run) {
            command(run, new Command.CheckLiveness());
        }
    },
    /// One end rekeys an IKE SA.
    REKEY_IKE {
        @Override
        void happen(Run run) {
            command(run, new Command.RekeyIkeSa());
        }
    },
    /// One end rekeys Child SAs.
    REKEY_CHILD {
        @Override
        void happen(Run run) {
            command(run, REKEY_CHILDREN);
        }
    },
    /// Both ends rekey their IKE SA, at one moment or nearly so.
    REKEY_IKE_BOTH {
        @Override
        void happen(Run run) {
            both(run, new Command.RekeyIkeSa(), new Command.RekeyIkeSa());
        }
    },
    /// Both ends rekey their Child SA, at one moment or nearly so.
    REKEY_CHILD_BOTH {
        @Override
        void happen(Run run) {
            both(run, REKEY_CHILDREN, REKEY_CHILDREN);
        }
    },
    /// One end rekeys the IKE SA, the other the Child SA, at one moment or nearly so.
    REKEY_CROSSED {
        @Override
        void happen(Run run) {
            both(run, new Command.RekeyIkeSa(), REKEY_CHILDREN);
        }
    },
    /// One end rekeys, the other closes the Child SA or the whole, at one moment or nearly so.
    REKEY_AND_END {
        @Override
        void happen(Run run) {
            Command end =
                    run.dice().nextBoolean()
                            ? new Command.Terminate("simulated")
                            : new Command.CloseChild("net", "simulated");
            both(run, run.dice().nextBoolean() ? new Command.RekeyIkeSa() : REKEY_CHILDREN, end);
        }
    },
    /// Somebody closes the Child SA; the road warrior asks for another one later.
    CLOSE_CHILD {
        @Override
        void happen(Run run) {
            command(run, new Command.CloseChild("net", "simulated"));
        }
    },
    /// A road warrior authenticates anew.
    REAUTHENTICATE {
        @Override
        void happen(Run run) {
            command(run, new Command.Reauthenticate());
        }
    };

    private static final Command REKEY_CHILDREN = new Command.RekeyChildSas(Optional.empty());

    abstract void happen(Run run);

    private static void breakStream(Run run, boolean silent) {
        List<TcpConnection> all = run.world().network().connections();
        if (all.isEmpty()) {
            return;
        }
        Dice dice = run.dice();
        TcpConnection one = dice.oneOf(all);
        if (!silent && dice.nextBoolean()) {
            one.reset();
        } else {
            one.breakAfter(dice.between(1, 600), dice.nextBoolean(), silent);
        }
    }

    /// Tells some session something, at whichever end.
    static void command(Run run, Command command) {
        Optional<Endpoint> endpoint = run.anyParty().running();
        List<Resident> residents = new ArrayList<>();
        endpoint.ifPresent(e -> residents.addAll(e.residents()));
        if (!residents.isEmpty()) {
            endpoint.orElseThrow().command(run.dice().oneOf(residents), command);
        }
    }

    /// Tells the two ends of one tunnel something, at one moment or with little between.
    private static void both(Run run, Command one, Command other) {
        Party client = run.anyClient();
        boolean swapped = run.dice().nextBoolean();
        Command first = swapped ? other : one;
        Command second = swapped ? one : other;
        Duration between =
                run.dice().nextBoolean()
                        ? Duration.ZERO
                        : run.dice().between(Duration.ZERO, Duration.ofMillis(600));
        client.calling().ifPresent(r -> client.endpoint().command(r, first));
        run.world()
                .agenda()
                .after(between, () -> run.answering(client).forEach(r -> tell(run, r, second)));
    }

    private static void tell(Run run, Resident answering, Command command) {
        run.gateway().endpoint().command(answering, command);
    }

    /// How long a trouble lasts: mostly short, sometimes longer than the patience of a peer.
    static Duration aWhile(Dice dice) {
        return dice.happens(0.8)
                ? dice.between(Duration.ofMillis(100), Duration.ofSeconds(20))
                : dice.between(Duration.ofSeconds(20), Duration.ofSeconds(200));
    }
}
