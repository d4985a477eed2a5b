package io.culvert.ike.session;

import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.util.List;
import java.util.Optional;

/// Where a session stands in its life: what it awaits, and what it does with it. Each method gives the next stage,
/// often the same one.
///
/// What a stage does not override it does not expect.
interface Stage {
    /// The name for `status`.
    default String word() {
        return getClass().getSimpleName();
    }

    /// Whether a new request of the peer may be acted on. If not, it stays unanswered, and the peer repeats it.
    default boolean awaitsRequests() {
        return false;
    }

    /// Whether a repeated IKE_SA_INIT request is still answered (IK-024).
    default boolean repeatsInit() {
        return false;
    }

    /// An IKE_SA_INIT message came; nothing protects it.
    default Stage onInit(MonoTime now, TransportPath path, IkeMessage message, Octets octets) {
        return this;
    }

    /// A new, authentic request came, in the window.
    default Stage onRequest(
            MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
        return this;
    }

    /// The authentic response to an outstanding request came.
    default Stage onResponse(
            MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
        return this;
    }

    /// What the peer has said against us without proof, if anything (IK-048).
    default Optional<SessionFailure> refusal() {
        return Optional.empty();
    }

    /// A question was answered.
    default Stage onAnswer(MonoTime now, int question, Answer answer) {
        return this;
    }

    /// A timer ran out that is not the courier's.
    default Stage onTimer(MonoTime now, TimerTable.Kind kind) {
        return this;
    }

    /// Something that proves nothing says that the peer may be gone (IK-028).
    default Stage onHint(MonoTime now) {
        return this;
    }

    /// Something that proves nothing says that the peer is there, and does not know an SPI that we send ESP by.
    default Stage onStrangeEsp(MonoTime now) {
        return this;
    }

    /// A connection that was asked for is open.
    default Stage onConnectionOpened(MonoTime now) {
        return this;
    }

    /// An operator wants something that only an established IKE SA can do.
    default Stage onCommand(MonoTime now, Command.OfEstablished command) {
        return this;
    }

    /// The data plane has something to tell.
    default Stage onDataPlane(MonoTime now, DataPlaneEvent event) {
        return this;
    }

    /// There are SPIs for further Child SAs.
    default Stage onSpisReserved(MonoTime now) {
        return this;
    }

    /// The peer does not answer any more in an IKE SA that was replaced.
    default Stage onUnanswered(MonoTime now, IkeSa old) {
        return this;
    }

    /// The request is bound to a transport that is gone: only a fresh attempt helps (IT-052).
    default Stage onRestart(MonoTime now) {
        return this;
    }
}
