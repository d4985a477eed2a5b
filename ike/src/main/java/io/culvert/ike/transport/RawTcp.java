package io.culvert.ike.transport;

import io.culvert.ike.transport.RequestTraits.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Raw IKE over TCP for some of the requests, UDP for the others (IT-080). They differ in which requests these are.
public final class RawTcp implements TransportPolicy {
    private final Predicate<RequestTraits> wantsTcp;

    private RawTcp(Predicate<RequestTraits> wantsTcp) {
        this.wantsTcp = wantsTcp;
    }

    /// TCP for what is large.
    ///
    /// @param threshold the size in octets of a request, or of its expected response, from which it is
    public static RawTcp large(int threshold) {
        return new RawTcp(request -> isLarge(request, threshold));
    }

    /// TCP for the exchanges that set up an IKE SA, and for what is large.
    ///
    /// @param threshold the size in octets of a request, or of its expected response, from which it is
    public static RawTcp mission(int threshold) {
        return new RawTcp(
                request -> request.purpose() == Purpose.SETUP || isLarge(request, threshold));
    }

    /// TCP for all that may take it, from the first message on.
    public static RawTcp always() {
        return new RawTcp(_ -> true);
    }

    private static boolean isLarge(RequestTraits request, int threshold) {
        // before the peer is known IKE_SA_INIT goes over UDP, where its announcement comes from
        return request.purpose() != Purpose.INIT
                && Math.max(request.octets(), request.responseOctets()) > threshold;
    }

    @Override
    public List<Move> plan(RequestTraits request, PathKnowledge known) {
        List<Move> moves = new ArrayList<>(3);
        if (known.udpDead() || (!request.purpose().isOfPath() && wantsTcp.test(request))) {
            known.stream().ifPresent(stream -> moves.add(new Move.Send(stream)));
            moves.add(new Move.Connect(StreamFraming.IKE_TCP));
        }
        if (!known.udpDead()) {
            known.udp().ifPresent(path -> moves.add(new Move.Send(path)));
        }
        return moves.isEmpty() ? List.of(new Move.Wait()) : moves;
    }

    @Override
    public List<Move> onSilence(RequestTraits request, PathKnowledge known) {
        boolean overUdp = request.copies().getLast() instanceof TransportPath.Udp;
        if (request.spent() && overUdp) {
            return List.of(new Move.GiveUp());
        }
        return overUdp(known);
    }

    /// The answer may come over UDP instead. What is bound to TCP gets another connection, which is the same transport
    /// (IT-014, IT-057).
    @Override
    public List<Move> onPathLost(RequestTraits request, PathKnowledge known) {
        if (request.purpose() == Purpose.INIT) {
            return List.of(new Move.StartAnew());
        }
        boolean boundToTcp = request.bound() && request.wasSent();
        return boundToTcp ? List.of(new Move.Connect(StreamFraming.IKE_TCP)) : overUdp(known);
    }

    private static List<Move> overUdp(PathKnowledge known) {
        return known.udp().<List<Move>>map(path -> List.of(new Move.Send(path))).orElse(List.of());
    }
}
