package io.culvert.interop;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// A strongSwan daemon of its own on one host, configured by a `swanctl.conf` and driven over VICI.
///
/// ESP runs in user space (plugin `kernel-libipsec`, device `ipsec0`), so that no kernel IPsec is needed. That plugin
/// always pretends to be behind a NAT: IKE moves to UDP port 4500 and ESP goes in UDP. It has no ESN.
public final class StrongSwan implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(15);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    /// openssl stands before the plain implementations, else AES is done in portable C. gcrypt has the old algorithms of
    /// MSCHAPv2.
    private static final String PLUGINS =
            "openssl random nonce aes sha1 sha2 hmac kdf gcm ctr chapoly drbg curve25519 mgf1"
                    + " pem pkcs1 pkcs8 x509 pubkey constraints revocation"
                    + " gcrypt eap-identity eap-mschapv2 eap-tls"
                    + " kernel-libipsec kernel-netlink socket-default vici";

    private static final Pattern COMPLAINT =
            Pattern.compile(
                    "(?i)\\[(IKE|ENC|CHD|NET|MGR)].*(unsupported|ignoring|invalid|not supported"
                            + "|malformed|mismatch|verification failed|unexpected)");

    private final Host host;
    private final Path settings;
    private final Path swanctl;
    private final Path socket;
    private final Path log;
    private final RunningProcess daemon;

    private StrongSwan(Host host, Path swanctl, boolean forLoad) {
        this.host = host;
        this.swanctl = swanctl;
        this.socket = host.folder().resolve("vici");
        this.log = host.folder().resolve("charon.log");
        this.settings = host.write("strongswan.conf", forLoad ? settingsForLoad() : settings());
        this.daemon =
                host.start(
                        "charon",
                        Map.of(
                                "STRONGSWAN_CONF",
                                settings.toString(),
                                "SWANCTL_DIR",
                                swanctl.toString()),
                        List.of("charon-systemd"));
    }

    /// Starts a daemon for one side of a scenario.
    public static StrongSwan start(Host host, String swanctlConf, Side side) {
        return start(host, swanctlConf, side.authorities(), side.own());
    }

    /// Starts a daemon and loads the configuration, the authorities' certificates and its own credentials.
    public static StrongSwan start(
            Host host, String swanctlConf, List<Path> authorities, List<Credentials> own) {
        return start(host, swanctlConf, authorities, own, false);
    }

    /// Starts a gateway that many call at once: no cookies, no limits, no log, and tables for many SAs.
    public static StrongSwan startForLoad(Host host, String swanctlConf, Side side) {
        return start(host, swanctlConf, side.authorities(), side.own(), true);
    }

    private static StrongSwan start(
            Host host,
            String swanctlConf,
            List<Path> authorities,
            List<Credentials> own,
            boolean forLoad) {
        Path folder = host.folder().resolve("swanctl");
        TextFiles.write(folder.resolve("swanctl.conf"), swanctlConf);
        authorities.forEach(file -> TextFiles.copy(file, folder.resolve("x509ca")));
        for (Credentials credentials : own) {
            TextFiles.copy(credentials.certificate(), folder.resolve("x509"));
            TextFiles.copy(credentials.key(), folder.resolve("private"));
        }
        StrongSwan swan = new StrongSwan(host, folder, forLoad);
        Await.until(
                "VICI socket of " + host,
                START_LIMIT,
                swan::log,
                () -> swan.listens() || !swan.daemon.isAlive());
        swan.swanctl("--load-all", "--noprompt").orFail();
        return swan;
    }

    /// Whether somebody is behind the socket: a daemon that was killed leaves its file.
    private boolean listens() {
        try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// Initiates a child; ends when it is established or has failed.
    public Finished initiate(String child) {
        return swanctl("--initiate", "--timeout", "30", "--child", child);
    }

    /// Deletes an IKE SA by the name of its connection.
    public Finished terminate(String connection) {
        return swanctl("--terminate", "--timeout", "10", "--ike", connection);
    }

    /// Replaces an IKE SA by the name of its connection.
    public Finished rekeyIke(String connection) {
        return swanctl("--rekey", "--ike", connection);
    }

    /// Replaces a Child SA by its name.
    public Finished rekeyChild(String child) {
        return swanctl("--rekey", "--child", child);
    }

    /// Every IKE SA and Child SA, as `swanctl --list-sas` writes them.
    public String sas() {
        return swanctl("--list-sas").orFail().output();
    }

    /// Waits until an IKE SA and a Child SA exist.
    public void awaitEstablished(Duration limit) {
        Await.until(
                "an established SA on " + host,
                limit,
                this::log,
                () -> {
                    String sas = sas();
                    return sas.contains("ESTABLISHED") && sas.contains("INSTALLED");
                });
    }

    /// Waits until no SA is left.
    public void awaitNoSa(Duration limit) {
        Await.until("no SA on " + host, limit, this::log, () -> sas().isBlank());
    }

    /// The daemon's log, with keys (level 4), so far.
    public String log() {
        return TextFiles.read(log);
    }

    /// What the daemon did not like about the peer's messages: lines of its log.
    public List<String> complaints() {
        return log().lines().filter(line -> COMPLAINT.matcher(line).find()).toList();
    }

    /// The daemon's process ID.
    public long pid() {
        return daemon.pid();
    }

    /// SIGSTOP, until [#thaw].
    public void freeze() {
        daemon.freeze();
    }

    public void thaw() {
        daemon.thaw();
    }

    /// SIGKILL: nothing can be cleaned up.
    public void kill() {
        daemon.kill();
    }

    /// Stops the daemon, which deletes its SAs.
    @Override
    public void close() {
        daemon.terminate(STOP_LIMIT);
    }

    private Finished swanctl(String... arguments) {
        List<String> command = new ArrayList<>(List.of("swanctl"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--uri", "unix://" + socket));
        return host.run(
                Map.of("STRONGSWAN_CONF", settings.toString(), "SWANCTL_DIR", swanctl.toString()),
                Duration.ofSeconds(60),
                command);
    }

    private String settings() {
        return """
        charon-systemd {
          load = %s
          cookie_threshold = 1
          block_threshold = 1000
          retransmit_timeout = 0.7
          retransmit_tries = 2
          make_before_break = yes
          max_packet = 65535
          plugins {
            vici {
              socket = unix://%s
            }
          }
          filelog {
            file {
              path = %s
              flush_line = yes
              default = 1
              ike = 4
              chd = 4
            }
          }
        }
        """
                .formatted(PLUGINS, socket, log);
    }

    private String settingsForLoad() {
        return """
        charon-systemd {
          load = %s
          cookie_threshold = 0
          cookie_threshold_ip = 100000
          block_threshold = 100000
          ikesa_table_size = 4096
          ikesa_table_segments = 16
          plugins {
            vici {
              socket = unix://%s
            }
          }
          filelog {
            file {
              path = %s
              default = 0
            }
          }
          journal {
            default = -1
          }
        }
        """
                .formatted(PLUGINS, socket, log);
    }
}
