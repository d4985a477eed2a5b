package io.culvert.app.config;

import io.culvert.app.radius.RadiusSettings;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ike.session.HalfOpenAdmission;
import io.culvert.ipsec.value.IpPrefix;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A whole configuration file, read and checked.
///
/// @param daemon how the daemon is controlled
/// @param listen where it listens
/// @param limits when strangers have to wait at the door
/// @param dataPlane what carries the packets
/// @param connections in the order of the file
/// @param pools addresses for peers
/// @param sharedKeys the pre-shared keys
/// @param passwords those of EAP
/// @param radius who authenticates peers for us, if anybody
public record Settings(
        DaemonSettings daemon,
        ListenSettings listen,
        HalfOpenAdmission.Limits limits,
        DataPlaneSettings dataPlane,
        List<ConnectionSettings> connections,
        List<PoolSettings> pools,
        SharedKeys sharedKeys,
        SharedKeys passwords,
        Optional<RadiusSettings> radius) {
    /// Copies the lists.
    public Settings {
        connections = List.copyOf(connections);
        pools = List.copyOf(pools);
    }

    /// The connection with this name.
    public Optional<ConnectionSettings> connection(String name) {
        return connections.stream().filter(c -> c.config().name().equals(name)).findFirst();
    }

    /// The table `[daemon]`.
    ///
    /// @param control the control socket
    /// @param logLevel how much is logged
    /// @param crashSecret the file of the secret of quick crash detection, if that is on
    /// @param ticketKeys the file of the keys of tickets, if we give any
    /// @param tickets the folder of the tickets that we are given, if they are to outlive the daemon
    public record DaemonSettings(
            Path control,
            System.Logger.Level logLevel,
            Optional<Path> crashSecret,
            Optional<Path> ticketKeys,
            Optional<Path> tickets) {}

    /// The table `[listen]`.
    ///
    /// @param addresses the addresses to listen on; any-addresses stand for all of their family
    /// @param udp the UDP port without marker; 0 for any free one
    /// @param natTraversal the UDP port shared with ESP; 0 for any free one
    /// @param ikeTcp the TCP ports for raw IKE; empty turns it off
    /// @param tcpEncapsulation the TCP ports for TCP encapsulation; empty turns it off. While both are on, each port of
    ///     either serves both, told apart by the first octets
    /// @param announcedIkeTcp the port that peers are told for raw IKE over TCP, if they are told one
    public record ListenSettings(
            List<InetAddress> addresses,
            int udp,
            int natTraversal,
            List<Integer> ikeTcp,
            List<Integer> tcpEncapsulation,
            OptionalInt announcedIkeTcp) {
        /// Copies the lists.
        public ListenSettings {
            addresses = List.copyOf(addresses);
            ikeTcp = List.copyOf(ikeTcp);
            tcpEncapsulation = List.copyOf(tcpEncapsulation);
        }
    }

    /// The table `[data-plane]`.
    ///
    /// @param kind what carries packets
    /// @param device the name of the TUN device
    /// @param mtu its MTU in octets
    public record DataPlaneSettings(DataPlaneKind kind, String device, int mtu) {}

    /// What carries packets.
    public enum DataPlaneKind {
        /// ESP in this process, packets from a TUN device.
        USERSPACE,
        /// Nothing: Child SAs are negotiated and carry no packets.
        NONE
    }

    /// One table `[connections.*]`.
    ///
    /// @param config what the IKE room needs
    /// @param remoteHosts addresses or host names to call, in order; empty if the peer can only call us
    /// @param ports the peer's ports
    /// @param startActions what happens to each child when the daemon starts, by name
    /// @param restart whether it is called again when it went down
    public record ConnectionSettings(
            ConnectionConfig config,
            List<String> remoteHosts,
            RemotePorts ports,
            Map<String, StartAction> startActions,
            RestartSettings restart) {
        /// Copies the collections.
        public ConnectionSettings {
            remoteHosts = List.copyOf(remoteHosts);
            startActions = Map.copyOf(startActions);
        }

        /// Whether the daemon calls the peer by itself when it starts.
        public boolean startsItself() {
            return startActions.containsValue(StartAction.START);
        }
    }

    /// When a connection that was up is called again.
    ///
    /// @param afterLoss when the peer no longer answers, and when a call fails
    /// @param afterClose when the peer deletes it
    /// @param delay the longest pause before the first call
    /// @param limit the longest pause before any call
    public record RestartSettings(
            boolean afterLoss, boolean afterClose, Duration delay, Duration limit) {}

    /// The ports to call a peer at.
    ///
    /// @param udp UDP without marker
    /// @param natTraversal UDP shared with ESP
    /// @param ikeTcp raw IKE over TCP
    /// @param tcpEncapsulation TCP encapsulation
    public record RemotePorts(int udp, int natTraversal, int ikeTcp, int tcpEncapsulation) {}

    /// What happens to a child when the daemon starts.
    public enum StartAction {
        /// Nothing, until `culvert up`.
        NONE,
        /// It is set up.
        START
    }

    /// One table `[pools.*]`.
    ///
    /// @param name its name
    /// @param addresses the addresses to lease
    /// @param dns DNS servers to announce
    public record PoolSettings(String name, IpPrefix addresses, List<InetAddress> dns) {
        /// Copies the list.
        public PoolSettings {
            dns = List.copyOf(dns);
        }
    }
}
