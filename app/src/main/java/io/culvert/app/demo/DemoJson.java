package io.culvert.app.demo;

import io.culvert.app.control.ExitCode;
import io.culvert.app.control.Json;
import io.culvert.app.daemon.FailureText;
import io.culvert.app.demo.DemoReport.Ping;
import io.culvert.app.demo.DemoReport.Rung;
import io.culvert.app.demo.DemoReport.Setting;
import io.culvert.app.demo.DemoReport.Totals;
import io.culvert.app.demo.DemoReport.Tunnel;
import io.culvert.ike.api.SessionFailure;
import java.time.Duration;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Gathers a demo as one JSON object for programs.
public final class DemoJson implements DemoView {
    private final ObjectNode root = Json.object();
    private final ArrayNode messages = root.putArray("messages");

    @Override
    public synchronized void started(Setting setting) {
        root.put("crypto", setting.crypto());
        if (!setting.note().isEmpty()) {
            root.put("crypto-note", setting.note());
        }
        root.put("authentication", setting.authentication());
        root.put("client", setting.client());
        root.put("gateway", setting.gateway());
    }

    @Override
    public synchronized void passed(Rung rung) {
        messages.addObject()
                .put("at-ms", millis(rung.at()))
                .put("from", rung.sent() ? "client" : "gateway")
                .put("exchange", rung.exchange())
                .put("request", rung.request())
                .put("message-id", rung.messageId())
                .put("transport", rung.transport())
                .put("port", rung.port())
                .put("octets", rung.octets())
                .put("payloads", rung.payloads())
                .put("repeated", rung.repeated());
    }

    @Override
    public synchronized void established(Tunnel tunnel) {
        root.putObject("ike")
                .put("transport", tunnel.transport())
                .put("transport-reason", tunnel.why())
                .put("proposal", tunnel.suite())
                .put("handshake-ms", millis(tunnel.handshake()));
        root.putObject("esp")
                .put("transport", tunnel.espTransport())
                .put("proposal", tunnel.espSuite())
                .put("local-ts", tunnel.local())
                .put("remote-ts", tunnel.remote());
    }

    @Override
    public void pinged(Ping ping) {
        // told at the end
    }

    @Override
    public synchronized void failed(SessionFailure failure) {
        root.put("failure", String.join("\n", FailureText.lines("demo", failure)));
    }

    @Override
    public synchronized void ended(Totals totals) {
        ArrayNode pings = root.putArray("ping-ms");
        totals.pings()
                .forEach(p ->
                        p.roundTrip().ifPresentOrElse(t -> pings.add(millis(t)), pings::addNull));
        root.put("esp-packets-out", totals.espOut());
        root.put("esp-packets-in", totals.espIn());
    }

    /// The whole.
    public synchronized String text(ExitCode exit) {
        return Json.pretty(root.put("exit", exit.number()));
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }
}
