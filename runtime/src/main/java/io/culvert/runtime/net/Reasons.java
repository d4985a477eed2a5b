package io.culvert.runtime.net;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.util.Locale;

/// Says in people's words why a socket failed.
final class Reasons {
    private Reasons() {}

    static String of(IOException failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("connection reset") || message.contains("broken pipe")) {
            return "reset by the peer";
        }
        return switch (failure) {
            case SocketTimeoutException _ -> "no answer";
            case NoRouteToHostException _ -> "no route to the host";
            case ConnectException _ when message.contains("refused") -> "connection refused";
            case ConnectException _ when message.contains("timed out") -> "no answer";
            default -> message;
        };
    }
}
