package io.culvert.interop;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A FreeRADIUS server of its own on one host, which knows one name and its password for EAP-MSCHAPv2, and believes one
/// authority for EAP-TLS.
public final class FreeRadius implements AutoCloseable {
    /// What it shares with whoever asks.
    public static final String SECRET = "a secret of the lab";

    private static final Duration START_LIMIT = Duration.ofSeconds(15);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private static final String SERVER =
            """
            server lab {
              listen {
                type = auth
                ipaddr = *
                port = 1812
              }
              authorize {
                eap {
                  ok = return
                }
                files
              }
              authenticate {
                eap
                Auth-Type MS-CHAP {
                  mschap
                }
              }
            }
            """;

    private final RunningProcess process;

    private FreeRadius(RunningProcess process) {
        this.process = process;
    }

    /// What it proposes, and which TLS it speaks.
    public enum Method {
        MSCHAPV2("mschapv2", "1.2"),
        TLS_1_2("tls", "1.2"),
        TLS_1_3("tls", "1.3");

        private final String word;
        private final String version;

        Method(String word, String version) {
            this.word = word;
            this.version = version;
        }
    }

    /// Starts a server on UDP port 1812, and waits until it listens.
    ///
    /// @param own its certificate for EAP-TLS
    /// @param name who has the password
    public static FreeRadius start(
            Host host,
            Method method,
            Credentials own,
            Authority authority,
            String name,
            String password) {
        host.write("users", name + " Cleartext-Password := \"" + password + "\"\n");
        host.write("radiusd.conf", configuration(host, method, own, authority) + SERVER);
        RunningProcess process =
                host.start(
                        "freeradius",
                        Map.of(),
                        List.of("freeradius", "-X", "-d", host.folder().toString()));
        process.awaitText("Ready to process requests", START_LIMIT);
        return new FreeRadius(process);
    }

    private static String configuration(
            Host host, Method method, Credentials own, Authority authority) {
        return """
        libdir = /usr/lib/freeradius
        log {
          destination = stdout
        }
        security {
          reject_delay = 0
          allow_vulnerable_openssl = yes
        }
        client lab {
          ipaddr = 0.0.0.0/0
          secret = "%1$s"
          require_message_authenticator = yes
        }
        modules {
          files {
            usersfile = %2$s/users
          }
          mschap {
          }
          eap {
            default_eap_type = %3$s
            mschapv2 {
            }
            tls-config lab {
              certificate_file = %4$s
              private_key_file = %5$s
              ca_file = %6$s
              tls_min_version = "1.2"
              tls_max_version = "%7$s"
              ecdh_curve = ""
            }
            tls {
              tls = lab
            }
          }
        }
        """
                .formatted(
                        SECRET,
                        host.folder(),
                        method.word,
                        own.certificate(),
                        own.key(),
                        authority.certificate(),
                        method.version);
    }

    /// Everything that it wrote so far.
    public String log() {
        return process.output() + process.errors();
    }

    /// Stops it.
    @Override
    public void close() {
        process.terminate(STOP_LIMIT);
    }
}
