package io.culvert.app.demo;

import io.culvert.ike.api.SessionFailure;

/// Shows a demo while it goes on. Called by several threads, one at a time.
public interface DemoView {
    /// Both ends listen.
    void started(DemoReport.Setting setting);

    /// A message went or came.
    void passed(DemoReport.Rung rung);

    /// The tunnel is up.
    void established(DemoReport.Tunnel tunnel);

    /// A ping was answered, or not.
    void pinged(DemoReport.Ping ping);

    /// The tunnel could not be set up.
    void failed(SessionFailure failure);

    /// It is over.
    void ended(DemoReport.Totals totals);
}
