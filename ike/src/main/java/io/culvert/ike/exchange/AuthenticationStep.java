package io.culvert.ike.exchange;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.extension.ChildNegotiation;
import io.culvert.ike.extension.VirtualIps;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import java.util.List;
import java.util.Optional;

/// How far IKE_AUTH has come.
public sealed interface AuthenticationStep {
    /// Something has to be answered outside first.
    record Ask(Question question) implements AuthenticationStep {}

    /// It takes another message: the next request of an initiator, this response of a responder.
    record Round(List<Payload> payloads) implements AuthenticationStep {
        /// Copies the list.
        public Round {
            payloads = List.copyOf(payloads);
        }
    }

    /// The peer is authenticated.
    ///
    /// @param connection the connection that applies
    /// @param keys the keys, with a post-quantum pre-shared key if one is used
    /// @param local who we are
    /// @param remote who the peer has proved to be; where it did so by EAP, who it says to be in IKE
    /// @param eapIdentity who the peer has proved to be by EAP, if it did
    /// @param child the Child SA, if one was asked for and agreed
    /// @param childFailure why not, if one was asked for and not agreed (IK-088)
    /// @param assigned addresses that the responder gave the initiator
    /// @param initialContact whether the peer says that this is its only IKE SA
    /// @param response what a responder answers with; empty for an initiator
    record Authenticated(
            ConnectionConfig connection,
            IkeKeys keys,
            Identity local,
            Identity remote,
            Optional<String> eapIdentity,
            Optional<ChildNegotiation.Agreement> child,
            Optional<SessionFailure> childFailure,
            VirtualIps.Assigned assigned,
            boolean initialContact,
            List<Payload> response)
            implements AuthenticationStep {
        /// Copies the list.
        public Authenticated {
            response = List.copyOf(response);
        }

        /// Whom addresses and older IKE SAs belong to: never somebody that the peer only says to be (IK-086).
        public Identity proved() {
            return eapIdentity.map(Identity::ofEap).orElse(remote);
        }

        /// The same after a resumption, which tells no more of the peer than what was known before.
        ///
        /// @param original the connection as it is configured
        /// @param before who the peer has proved to be by EAP, if it did
        public Authenticated resumed(ConnectionConfig original, Optional<String> before) {
            return new Authenticated(
                    original,
                    keys,
                    local,
                    remote,
                    before,
                    child,
                    childFailure,
                    assigned,
                    initialContact,
                    response);
        }

        /// Takes apart what came of the Child SA.
        static Authenticated of(
                ConnectionConfig connection,
                IkeKeys keys,
                Identity remote,
                Optional<String> eapIdentity,
                Optional<ChildNegotiation.Result> child,
                VirtualIps.Assigned assigned,
                boolean initialContact,
                List<Payload> response) {
            Optional<ChildNegotiation.Agreement> agreement = Optional.empty();
            Optional<SessionFailure> failure = Optional.empty();
            if (child.isPresent()) {
                switch (child.get()) {
                    case ChildNegotiation.Result.Agreed(var agreed, var _) ->
                            agreement = Optional.of(agreed);
                    case ChildNegotiation.Result.Refused(var _, SessionFailure why) ->
                            failure = Optional.of(why);
                }
            }
            return new Authenticated(
                    connection,
                    keys,
                    connection.local().identity(),
                    remote,
                    eapIdentity,
                    agreement,
                    failure,
                    assigned,
                    initialContact,
                    response);
        }
    }

    /// The IKE SA comes to nothing.
    ///
    /// @param notification what the peer is told
    /// @param response what a responder tells
    record Failed(SessionFailure failure, NotifyType notification, List<Payload> response)
            implements AuthenticationStep {
        /// Copies the list.
        public Failed {
            response = List.copyOf(response);
        }

        /// A failure that the peer is told by a notification alone.
        Failed(SessionFailure failure, NotifyType notification) {
            this(failure, notification, List.of(Notify.of(notification)));
        }
    }
}
