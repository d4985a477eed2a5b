package io.culvert.app.config;

import io.culvert.app.config.Section.Item;
import io.culvert.app.config.Settings.ConnectionSettings;
import io.culvert.app.config.Settings.RemotePorts;
import io.culvert.app.config.Settings.RestartSettings;
import io.culvert.app.config.Settings.StartAction;
import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionConfig.Childless;
import io.culvert.ike.api.ConnectionConfig.Uniqueness;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportChoice.IkeTcpPolicy;
import io.culvert.ike.api.TransportOrder;
import io.culvert.ike.auth.PostQuantumPsks;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads the tables `[connections.*]`.
///
/// @param authentication reads who is who
/// @param poolNames the pools that there are
/// @param ppks the post-quantum pre-shared keys that there are
record ConnectionReader(
        AuthenticationReader authentication, Set<String> poolNames, Map<String, KeyMaterial> ppks) {
    private static final Pattern HOST_NAME =
            Pattern.compile(
                    "(?i)(?=.{1,253}$)[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*\\.?");
    private static final Pattern LOOKS_LIKE_ADDRESS = Pattern.compile("[0-9.]+|.*[:/%].*");
    private static final int LAST_PORT = 65_535;
    private static final int IKE_PORT = 500;
    private static final int NAT_TRAVERSAL_PORT = 4500;
    private static final int LARGEST_MESSAGE = 65_535;
    private static final int USUAL_THRESHOLD = 1200;
    private static final Duration RESTART_DELAY = Duration.ofSeconds(1);
    private static final Duration RESTART_LIMIT = Duration.ofMinutes(2);
    private static final Map<String, Uniqueness> UNIQUENESS =
            Map.of(
                    "no", Uniqueness.INITIAL_CONTACT,
                    "replace", Uniqueness.REPLACE,
                    "never", Uniqueness.KEEP);
    private static final Map<String, Childless> CHILDLESS =
            Map.of(
                    "allow", Childless.ALLOW,
                    "prefer", Childless.PREFER,
                    "force", Childless.FORCE,
                    "never", Childless.NEVER);
    private static final Map<String, IkeTcpPolicy> POLICIES =
            Map.of(
                    "large", IkeTcpPolicy.LARGE,
                    "mission", IkeTcpPolicy.MISSION,
                    "always", IkeTcpPolicy.ALWAYS);

    private enum Transport {
        UDP,
        IKE_TCP,
        TCP_ENCAPSULATION,
        SEPARATE
    }

    /// Where a peer is, and who may call.
    private record Remotes(List<String> hosts, List<IpPrefix> admitted) {}

    /// The connection, unless who is who cannot be made out.
    Optional<ConnectionSettings> read(String name, Section section) {
        if (section.number("version", 1, 2, 2) == 1) {
            section.error("version", "IKEv1 is not supported", "write version = 2, or nothing");
        }
        boolean mobike = section.flag("mobike", true);
        boolean natsAllowed = section.flag("nats-allowed", true);
        if (!natsAllowed && !mobike) {
            section.error(
                    "nats-allowed", "needs MOBIKE to look for NATs", "leave `mobike` at true");
        }
        List<IpPrefix> local = localAddresses(section);
        Remotes remotes = remotes(section);
        RemotePorts ports = ports(section);
        TransportOrder transports = transports(section);
        List<IkeProposal> proposals = new IkeProposalReader(section).read(transports);
        PostQuantumPsks psks = new PpkReader(section, ppks).read();
        List<InetAddress> virtualIps =
                section.parsedAll(
                        "vips",
                        Notation::address,
                        "write an IP address, or \"0.0.0.0\" or \"::\" to ask for any");
        List<String> pools = pools(section);
        Uniqueness uniqueness =
                section.choice("unique", UNIQUENESS).orElse(Uniqueness.INITIAL_CONTACT);
        Childless childless = section.choice("childless", CHILDLESS).orElse(Childless.ALLOW);
        var timers = TimersReader.read(section);
        var limits = LifespansReader.ofIkeSa(section);
        Optional<AuthenticationReader.Parties> parties =
                authentication.parties(party(section, "local"), party(section, "remote"));
        Map<String, ChildReader.Child> children = children(section);
        RestartSettings restart = restart(section, children.values());
        section.complainOfUnknownKeys();
        if (parties.isEmpty()) {
            return Optional.empty();
        }
        List<ChildConfig> childConfigs =
                children.values().stream().map(ChildReader.Child::config).toList();
        Map<String, StartAction> starts = new LinkedHashMap<>();
        children.forEach((child, read) -> starts.put(child, read.startAction()));
        ConnectionConfig config =
                new ConnectionConfig(
                        name,
                        local,
                        remotes.admitted,
                        transports,
                        proposals,
                        parties.get().local(),
                        parties.get().remote(),
                        virtualIps,
                        pools,
                        childConfigs,
                        uniqueness,
                        childless,
                        mobike,
                        natsAllowed,
                        limits,
                        timers,
                        psks);
        return Optional.of(new ConnectionSettings(config, remotes.hosts, ports, starts, restart));
    }

    /// A connection is one IKE SA, so one child that is wanted again is enough.
    private static RestartSettings restart(
            Section section, Collection<ChildReader.Child> children) {
        Duration delay = TimersReader.positive(section, "restart-delay", RESTART_DELAY);
        Duration limit = TimersReader.positive(section, "restart-limit", RESTART_LIMIT);
        if (delay.compareTo(limit) > 0) {
            section.error("restart-delay", "is above restart-limit", "write a shorter time");
        }
        return new RestartSettings(
                children.stream().anyMatch(ChildReader.Child::afterLoss),
                children.stream().anyMatch(ChildReader.Child::afterClose),
                delay,
                limit);
    }

    private static Optional<Section> party(Section section, String key) {
        Optional<Section> party = section.section(key);
        if (!section.has(key)) {
            section.missing(
                    key, "is missing", "write " + key + " = { auth = \"psk\", id = \"…\" }");
        }
        return party;
    }

    private static List<IpPrefix> localAddresses(Section section) {
        List<IpPrefix> addresses = new ArrayList<>();
        for (Item item : section.items("local-addresses")) {
            section.parsed(item, Notation::prefix, "write an address of this machine, or a prefix")
                    .filter(prefix -> prefix.bits() > 0)
                    .ifPresent(addresses::add);
        }
        return addresses;
    }

    /// A host name limits nobody who calls: its addresses may change at any time.
    private static Remotes remotes(Section section) {
        List<String> hosts = new ArrayList<>();
        List<IpPrefix> admitted = new ArrayList<>();
        boolean anybody = false;
        for (Item item : section.items("remote-addresses")) {
            String text = item.text();
            if (text.equals("%any")) {
                anybody = true;
            } else if (LOOKS_LIKE_ADDRESS.matcher(text).matches()) {
                Optional<IpPrefix> prefix =
                        section.parsed(
                                item,
                                Notation::prefix,
                                "write a host name, an address, a prefix, or \"%any\"");
                prefix.ifPresent(admitted::add);
                prefix.filter(p -> p.bits() == p.base().getAddress().length * 8)
                        .ifPresent(p -> hosts.add(p.base().getHostAddress()));
            } else if (HOST_NAME.matcher(text).matches()) {
                hosts.add(text);
                anybody = true;
            } else {
                section.error(
                        item,
                        "\"" + text + "\" is neither a host name nor an address",
                        "write a host name, an address, a prefix, or \"%any\"");
            }
        }
        return new Remotes(hosts, anybody ? List.of() : admitted);
    }

    private static RemotePorts ports(Section section) {
        return new RemotePorts(
                (int) section.number("remote-udp-port", 1, LAST_PORT, IKE_PORT),
                (int) section.number("remote-nat-traversal-port", 1, LAST_PORT, NAT_TRAVERSAL_PORT),
                (int) section.number("remote-ike-tcp-port", 1, LAST_PORT, IKE_PORT),
                (int) section.number("remote-tcp-port", 1, LAST_PORT, NAT_TRAVERSAL_PORT));
    }

    private static TransportOrder transports(Section section) {
        Map<String, Transport> words =
                Map.of(
                        "udp", Transport.UDP,
                        "ike-tcp", Transport.IKE_TCP,
                        "tcp-encapsulation", Transport.TCP_ENCAPSULATION,
                        "separate", Transport.SEPARATE);
        Set<Transport> wanted = new LinkedHashSet<>();
        for (Item item : section.items("transports")) {
            Transport transport = words.get(item.text());
            if (transport == null) {
                section.error(
                        item,
                        "\"" + item.text() + "\" is not a transport",
                        Section.nearest(item.text(), words.keySet())
                                .map(near -> "did you mean \"" + near + "\"?")
                                .orElse(
                                        "write \"udp\", \"ike-tcp\", \"tcp-encapsulation\" or \"separate\""));
            } else {
                wanted.add(transport);
            }
        }
        IkeTcpPolicy policy =
                section.choice("ike-tcp-policy", POLICIES).orElse(IkeTcpPolicy.MISSION);
        int threshold =
                (int) section.number("ike-tcp-threshold", 1, LARGEST_MESSAGE, USUAL_THRESHOLD);
        List<TransportChoice> choices = new ArrayList<>();
        for (Transport transport : wanted) {
            choices.add(
                    switch (transport) {
                        case UDP -> new TransportChoice.Udp();
                        case IKE_TCP -> new TransportChoice.IkeTcp(policy, threshold);
                        case TCP_ENCAPSULATION -> new TransportChoice.TcpEncapsulation();
                        case SEPARATE -> new TransportChoice.Separate();
                    });
        }
        return new TransportOrder(
                choices.isEmpty() ? List.of(new TransportChoice.Udp()) : choices,
                TimersReader.positive(section, "transport-head-start", TransportOrder.HEAD_START),
                TransportOrder.FAMILY_HEAD_START);
    }

    private List<String> pools(Section section) {
        List<String> pools = new ArrayList<>();
        for (Item item : section.items("pools")) {
            if (poolNames.contains(item.text())) {
                pools.add(item.text());
            } else {
                section.error(
                        item,
                        "there is no pool \"" + item.text() + "\"",
                        Section.nearest(item.text(), poolNames)
                                .map(near -> "did you mean \"" + near + "\"?")
                                .orElse("add a table [pools." + item.text() + "]"));
            }
        }
        return pools;
    }

    private Map<String, ChildReader.Child> children(Section section) {
        Map<String, ChildReader.Child> children = new LinkedHashMap<>();
        section.named("children")
                .forEach((name, child) -> children.put(name, ChildReader.read(name, child)));
        if (!section.has("children")) {
            section.missing(
                    "children",
                    "there is no child, so nothing would be protected",
                    "add a table [" + section.path() + ".children.net]");
        }
        return children;
    }
}
