package io.culvert.ike.api;

import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.util.List;

/// What happens to a session.
public sealed interface Input {
    /// A whole IKE message came, without marker or framing.
    record MessageReceived(TransportPath path, Octets message) implements Input {}

    /// A connection that [Action.OpenConnection] asked for is open.
    ///
    /// @param attempt the number of the action
    record ConnectionOpened(int attempt, TransportPath.Tcp path) implements Input {}

    /// A connection that [Action.OpenConnection] asked for could not be opened.
    ///
    /// @param attempt the number of the action
    /// @param reason why, for people: `connection refused`
    record ConnectionFailed(int attempt, String reason) implements Input {}

    /// A connection that the session has used is gone.
    ///
    /// @param reason why, for people: `reset by peer`
    record ConnectionLost(TransportPath.Tcp path, String reason) implements Input {}

    /// A datagram could not be sent. A hint, never more (IK-028).
    record SendFailed(TransportPath path, String reason) implements Input {}

    /// The time that the session gave as its next deadline has come, or may have.
    record DeadlineReached() implements Input {}

    /// Somebody wants something.
    record Commanded(Command command) implements Input {}

    /// A question is answered.
    ///
    /// @param question the number of the [Action.Ask]
    record Answered(int question, Answer answer) implements Input {}

    /// The data plane took these SPIs for the session ([Action.ReserveSpis]).
    record SpisReserved(List<Spi> spis) implements Input {}

    /// The data plane has something to tell about one of the session's Child SAs.
    record DataPlaneReported(DataPlaneEvent event) implements Input {}

    /// What [Action.SampleTraffic] asked for.
    ///
    /// @param inbound authenticated packets from the peer
    /// @param outbound packets for the peer
    record TrafficSampled(long inbound, long outbound) implements Input {}

    /// Installing a Child SA failed.
    ///
    /// @param reason why, for people
    record InstallFailed(io.culvert.ipsec.dataplane.ChildSaId sa, String reason) implements Input {}
}
