package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Collects the actions of one call of a session.
final class Outbox {
    private List<Action> actions = new ArrayList<>();

    void add(Action action) {
        actions.add(action);
    }

    void publish(IkeEvent event) {
        add(new Action.Publish(event));
    }

    void drop(TransportPath path, DropReason reason) {
        publish(new IkeEvent.MessageDropped(path, reason.name()));
    }

    /// Sends a message, in fragments if it has to be, and tells the ladder.
    ///
    /// @param datagrams its form on this path
    void send(
            TransportPath path, OutgoingMessage message, List<Octets> datagrams, boolean repeated) {
        int octets = datagrams.stream().mapToInt(Octets::size).sum();
        publish(passed(true, path, message.header(), octets, message.notation(), repeated));
        datagrams.forEach(datagram -> add(new Action.Send(path, datagram)));
    }

    /// Tells the ladder of a message that came.
    void received(
            TransportPath path,
            Octets message,
            IkeHeader header,
            List<Payload> payloads,
            boolean repeated) {
        publish(passed(false, path, header, message.size(), notation(payloads), repeated));
    }

    /// Payloads in short, for the ladder.
    static String notation(List<Payload> payloads) {
        return payloads.stream().map(Payload::notation).collect(Collectors.joining(" "));
    }

    List<Action> drain() {
        List<Action> drained = actions;
        actions = new ArrayList<>();
        return drained;
    }

    private static IkeEvent passed(
            boolean sent,
            TransportPath path,
            IkeHeader header,
            int octets,
            String notation,
            boolean repeated) {
        return new IkeEvent.MessagePassed(
                sent,
                path,
                header.exchangeType().toString(),
                !header.response(),
                header.messageId(),
                octets,
                notation,
                repeated);
    }
}
