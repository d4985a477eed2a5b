package io.culvert.runtime.net;

import java.io.IOException;
import java.net.InetSocketAddress;

/// A port that could not be bound. The message names port, address, cause and the next step.
public final class PortUnavailableException extends IOException {
    private static final long serialVersionUID = 1;

    private final Cause why;

    /// Why a port cannot be bound.
    public enum Cause {
        /// Another program has it.
        IN_USE,
        /// Ports below 1024 need a privilege.
        NOT_PERMITTED,
        /// The address is not one of ours.
        NO_SUCH_ADDRESS,
        /// Anything else.
        OTHER
    }

    PortUnavailableException(String protocol, InetSocketAddress endpoint, IOException cause) {
        this(protocol, endpoint, why(cause), cause);
    }

    private PortUnavailableException(
            String protocol, InetSocketAddress endpoint, Cause why, IOException cause) {
        super(text(protocol, endpoint, why, cause), cause);
        this.why = why;
    }

    /// Why.
    public Cause why() {
        return why;
    }

    private static Cause why(IOException cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.contains("Address already in use")) {
            return Cause.IN_USE;
        } else if (message.contains("Permission denied")) {
            return Cause.NOT_PERMITTED;
        } else if (message.contains("Cannot assign requested address")) {
            return Cause.NO_SUCH_ADDRESS;
        }
        return Cause.OTHER;
    }

    private static String text(
            String protocol, InetSocketAddress endpoint, Cause why, IOException cause) {
        String port =
                "%s port %d of %s "
                        .formatted(
                                protocol,
                                endpoint.getPort(),
                                endpoint.getAddress().getHostAddress());
        return port
                + switch (why) {
                    case IN_USE ->
                            "is in use: stop the other IKE daemon or configure another port (`ss -%slnp 'sport = %d'` shows who has it)"
                                    .formatted(
                                            protocol.equals("UDP") ? "u" : "t", endpoint.getPort());
                    case NOT_PERMITTED ->
                            "needs a privilege: run as root, grant CAP_NET_BIND_SERVICE, or configure ports above 1023";
                    case NO_SUCH_ADDRESS ->
                            "cannot be had, because the machine does not have this address: configure one that `ip address` shows";
                    case OTHER -> "cannot be had: " + cause.getMessage();
                };
    }
}
