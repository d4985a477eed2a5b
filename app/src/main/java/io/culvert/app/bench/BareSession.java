package io.culvert.app.bench;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Session;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Spi;
import java.util.ArrayList;
import java.util.List;

/// A session with nothing around it: no sockets, no data plane. Whoever drives it carries its messages. For one thread.
public final class BareSession {
    private final Session session;
    private int nextSpi = Spi.LOWEST;
    private boolean established;

    /// @param session a session that asks no questions
    public BareSession(Session session) {
        this.session = session;
    }

    /// Tells the session what happened, and the SPIs that it wants thereupon.
    ///
    /// @return what it sends
    public List<Action.Send> handle(MonoTime now, Input input) {
        List<Action.Send> sends = new ArrayList<>(1);
        for (Action action : session.handle(now, input)) {
            switch (action) {
                case Action.Send send -> sends.add(send);
                case Action.ReserveSpis(int count) -> sends.addAll(reserve(now, count));
                case Action.Publish(IkeEvent.IkeSaEstablished _) -> established = true;
                case Action.Ask(_, var question) ->
                        throw new IllegalStateException("nobody answers " + question);
                case Action.Publish _,
                        Action.SendNatKeepalive _,
                        Action.OpenConnection _,
                        Action.HalfCloseConnection _,
                        Action.CloseConnection _,
                        Action.BindSpi _,
                        Action.UnbindSpi _,
                        Action.HandshakeEnded _,
                        Action.ReleaseSpis _,
                        Action.InstallChildSa _,
                        Action.RemoveChildSa _,
                        Action.RouteEsp _,
                        Action.SampleTraffic _,
                        Action.ReplaceChildSa _,
                        Action.SwitchOutbound _,
                        Action.Reauthenticate _,
                        Action.AssignAddresses _,
                        Action.ReleaseAddresses _,
                        Action.ReplaceOthers _,
                        Action.OfTickets _,
                        Action.RevealKeys _,
                        Action.End _ -> {}
            }
        }
        return sends;
    }

    /// Whether its IKE SA is established.
    public boolean isEstablished() {
        return established;
    }

    private List<Action.Send> reserve(MonoTime now, int count) {
        List<Spi> spis = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            spis.add(new Spi(nextSpi++));
        }
        return handle(now, new Input.SpisReserved(spis));
    }
}
