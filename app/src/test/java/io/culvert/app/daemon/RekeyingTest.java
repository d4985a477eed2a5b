package io.culvert.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.app.control.ExitCode;
import io.culvert.app.control.Reply;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.runtime.embed.SessionEvent;
import io.culvert.runtime.embed.SessionView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class RekeyingTest {
    private static final String NAME = "home";

    private final Watchers watchers = new Watchers();
    private final List<Command> commands = new ArrayList<>();

    @Test
    @DisplayName("what the peer replaces while we look is done, and nobody waits for it")
    void replacedMeanwhile() throws Exception {
        Reply reply = rekeying(List.of(1L), 1, _ -> {}).ikeSas(NAME);
        assertThat(reply.exit()).isEqualTo(ExitCode.DONE);
        assertThat(commands).containsExactly(new Command.RekeyIkeSa());
    }

    @Test
    @DisplayName("all have to be replaced, before or after the order")
    void all() throws Exception {
        Reply reply =
                rekeying(
                                List.of(1L, 2L),
                                1,
                                session -> {
                                    if (session == 2) {
                                        happened(2, new IkeEvent.IkeSaRekeyed(status()));
                                    }
                                })
                        .ikeSas(NAME);
        assertThat(reply.lines()).containsExactly("home: 2 IKE SA rekeyed");
    }

    @Test
    @DisplayName("a refusal is told at once, with what the peer said")
    void refused() throws Exception {
        SessionFailure why = new SessionFailure.PeerMisbehaved("it said no", "ask it why");
        Reply reply =
                rekeying(
                                List.of(1L, 2L),
                                1,
                                _ -> happened(2, new IkeEvent.RekeyingFailed("IKE SA", why)))
                        .ikeSas(NAME);
        assertThat(reply.exit()).isEqualTo(ExitCode.FAILED);
        assertThat(reply.lines())
                .contains("home: 1 of 2 IKE SA not rekeyed")
                .anyMatch(line -> line.contains("it said no"));
    }

    @Test
    @DisplayName("where there is nothing to replace, the next step is named")
    void nothing() throws Exception {
        Reply reply = rekeying(List.of(), 1, _ -> {}).childSas(NAME, Optional.empty());
        assertThat(reply.lines())
                .containsExactly("home has no Child SA", "  next step: culvert up home");
    }

    /// @param sessions what is established when somebody looks
    /// @param replaced which of them the peer replaces in that moment
    /// @param ordered what happens at an order
    private Rekeying rekeying(List<Long> sessions, long replaced, Consumer<Long> ordered) {
        return new Rekeying(
                new Rekeying.Sessions() {
                    @Override
                    public List<SessionView> established(String connection) {
                        happened(replaced, new IkeEvent.IkeSaRekeyed(status()));
                        return sessions.stream().map(id -> new SessionView(id, status())).toList();
                    }

                    @Override
                    public void command(long session, Command command) {
                        commands.add(command);
                        ordered.accept(session);
                    }
                },
                watchers);
    }

    private void happened(long session, IkeEvent event) {
        watchers.happened(new SessionEvent(session, Optional.of(NAME), true, MonoTime.ZERO, event));
    }

    private static SessionStatus status() {
        return new SessionStatus(
                Optional.of(NAME),
                "EstablishedPeer",
                true,
                IkeSpi.ZERO,
                IkeSpi.ZERO,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "it is the only one",
                MonoTime.ZERO,
                Optional.empty(),
                false,
                false,
                List.of(),
                false,
                Optional.of(MonoTime.ZERO),
                Optional.empty(),
                List.of());
    }
}
