package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Input;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Knows which of several attempts has asked for what, so that each answer finds its way.
///
/// Every attempt counts its connections and questions from one; outside they need numbers of their own.
final class Addressees {
    /// An input, as its attempt knows it.
    record Addressed(Attempt attempt, Input input) {}

    private record Asked(Attempt by, int number) {}

    private final Map<Integer, Asked> connections = new HashMap<>(2);
    private final Map<Integer, Asked> questions = new HashMap<>(2);
    private final ArrayDeque<Attempt> reservations = new ArrayDeque<>(1);
    private int numbers;

    /// What an attempt wants done, with the number that is unique among all of them.
    Action outward(Attempt by, Action action) {
        return switch (action) {
            case Action.OpenConnection open -> {
                connections.put(++numbers, new Asked(by, open.attempt()));
                yield new Action.OpenConnection(
                        numbers, open.framing(), open.wrapping(), open.local(), open.remote());
            }
            case Action.Ask(int number, var question) -> {
                questions.put(++numbers, new Asked(by, number));
                yield new Action.Ask(numbers, question);
            }
            case Action.ReserveSpis _ -> {
                reservations.add(by);
                yield action;
            }
            case Action.Send _,
                    Action.SendNatKeepalive _,
                    Action.HalfCloseConnection _,
                    Action.CloseConnection _,
                    Action.BindSpi _,
                    Action.UnbindSpi _,
                    Action.HandshakeEnded _,
                    Action.ReleaseSpis _,
                    Action.InstallChildSa _,
                    Action.ReplaceChildSa _,
                    Action.SwitchOutbound _,
                    Action.RemoveChildSa _,
                    Action.RouteEsp _,
                    Action.SampleTraffic _,
                    Action.AssignAddresses _,
                    Action.ReleaseAddresses _,
                    Action.ReplaceOthers _,
                    Action.Reauthenticate _,
                    Action.OfTickets _,
                    Action.Publish _,
                    Action.RevealKeys _,
                    Action.End _ ->
                    action;
        };
    }

    /// The attempt that an answer is for; empty for what nobody asked for.
    Optional<Addressed> connectionOpened(Input.ConnectionOpened opened) {
        Optional<Asked> asked = Optional.ofNullable(connections.remove(opened.attempt()));
        asked.ifPresent(a -> a.by.opened(opened.path()));
        return asked.map(
                a -> new Addressed(a.by, new Input.ConnectionOpened(a.number, opened.path())));
    }

    /// The attempt that an answer is for; empty for what nobody asked for.
    Optional<Addressed> connectionFailed(Input.ConnectionFailed failed) {
        return Optional.ofNullable(connections.remove(failed.attempt()))
                .map(a ->
                        new Addressed(a.by, new Input.ConnectionFailed(a.number, failed.reason())));
    }

    /// The attempt that an answer is for; empty for what nobody asked for.
    Optional<Addressed> answered(Input.Answered answered) {
        return Optional.ofNullable(questions.remove(answered.question()))
                .map(a -> new Addressed(a.by, new Input.Answered(a.number, answered.answer())));
    }

    /// The attempt that SPIs are for: they come in the order in which they were asked for.
    Optional<Addressed> reserved(Input.SpisReserved reserved) {
        return Optional.ofNullable(reservations.poll()).map(by -> new Addressed(by, reserved));
    }
}
