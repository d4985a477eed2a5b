package io.culvert.app.demo;

import io.culvert.app.daemon.FailureText;
import io.culvert.app.demo.DemoReport.Ping;
import io.culvert.app.demo.DemoReport.Rung;
import io.culvert.app.demo.DemoReport.Setting;
import io.culvert.app.demo.DemoReport.Totals;
import io.culvert.app.demo.DemoReport.Tunnel;
import io.culvert.ike.api.SessionFailure;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Shows a demo as a ladder of messages for people.
public final class DemoText implements DemoView {
    private static final int PAYLOAD_COLUMN = 27;
    private static final int NARROWEST_PAYLOADS = 40;
    private static final int ARROW = 12;

    private final PrintWriter out;
    private final Style style;
    private boolean headed;

    /// How it may look.
    ///
    /// @param columns the width of the terminal
    /// @param colours whether it shows colours
    /// @param unicode whether it shows more than ASCII
    public record Style(int columns, boolean colours, boolean unicode) {
        private String paint(String code, String text) {
            return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
        }

        private String bold(String text) {
            return paint("1", text);
        }

        private String faint(String text) {
            return paint("2", text);
        }
    }

    /// @param out where it goes
    public DemoText(PrintWriter out, Style style) {
        this.out = out;
        this.style = style;
    }

    @Override
    public synchronized void started(Setting setting) {
        out.println(
                style.bold("A gateway and its client in this process, over real loopback sockets"));
        out.println();
        line("client", setting.client());
        line("gateway", setting.gateway());
        line("cryptography", setting.crypto());
        if (!setting.note().isEmpty()) {
            line("", setting.note());
        }
        line("both prove by", setting.authentication());
        out.println();
        out.flush();
    }

    private void line(String name, String value) {
        out.printf("  %-14s %s%n", name, value);
    }

    @Override
    public synchronized void passed(Rung rung) {
        if (!headed) {
            headed = true;
            out.println(
                    style.faint(
                            "%9s  %-14s  %-24s %6s  %s"
                                    .formatted(
                                            "ms",
                                            "client gateway",
                                            "message",
                                            "octets",
                                            "transport")));
        }
        String message =
                "%s %s %d"
                        .formatted(
                                rung.exchange(),
                                rung.request() ? "request" : "response",
                                rung.messageId());
        out.printf(
                "%9s  %s  %-24s %6s  %s%n",
                millis(rung.at()),
                style.paint(rung.sent() ? "36" : "32", arrow(rung.sent())),
                message,
                rung.octets(),
                "%s, port %d%s"
                        .formatted(
                                rung.transport(), rung.port(), rung.repeated() ? ", again" : ""));
        for (String line : wrapped(rung.payloads())) {
            out.println(" ".repeat(PAYLOAD_COLUMN) + style.faint(line));
        }
        out.flush();
    }

    private String arrow(boolean toGateway) {
        String shaft = (style.unicode ? "─" : "-").repeat(ARROW);
        if (style.unicode) {
            return toGateway ? "●" + shaft + "▶" : "◀" + shaft + "●";
        }
        return toGateway ? "o" + shaft + ">" : "<" + shaft + "o";
    }

    /// In lines that fit the terminal.
    private List<String> wrapped(String payloads) {
        int width = Math.max(NARROWEST_PAYLOADS, style.columns - PAYLOAD_COLUMN);
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String payload : payloads.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + payload.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(payload);
        }
        lines.add(line.isEmpty() ? "(no payloads)" : line.toString());
        return lines;
    }

    @Override
    public synchronized void established(Tunnel tunnel) {
        out.println();
        out.println(style.bold("  The tunnel is up after " + millis(tunnel.handshake()) + " ms"));
        line("IKE", "over " + tunnel.transport() + ", because it is " + tunnel.why());
        line("", tunnel.suite());
        line("ESP", "over " + tunnel.espTransport());
        line("", tunnel.espSuite() + ", " + tunnel.local() + " === " + tunnel.remote());
        out.println();
        out.flush();
    }

    @Override
    public synchronized void pinged(Ping ping) {
        out.printf(
                "  ping %d of %s, %d octets: %s%n",
                ping.number(),
                ping.target(),
                ping.octets(),
                ping.roundTrip().map(t -> millis(t) + " ms").orElse(style.paint("31", "lost")));
        out.flush();
    }

    @Override
    public synchronized void failed(SessionFailure failure) {
        out.println();
        FailureText.lines("demo", failure).forEach(l -> out.println(style.paint("31", l)));
        out.flush();
    }

    @Override
    public synchronized void ended(Totals totals) {
        String verdict =
                "%d of %d pings came back through the tunnel; ESP packets: %d out, %d in"
                        .formatted(
                                totals.answered(),
                                totals.pings().size(),
                                totals.espOut(),
                                totals.espIn());
        out.println();
        out.println("  " + style.paint(totals.isGood() ? "32" : "31", verdict));
        out.flush();
    }

    private static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.2f", duration.toNanos() / 1e6);
    }
}
