package io.culvert.ike.extension;

import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.SelectorTemplate;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.proposal.ProposalOffer;
import io.culvert.ike.proposal.ProposalSelection;
import io.culvert.ike.proposal.ProposalText;
import io.culvert.ike.proposal.SelectorNarrowing;
import io.culvert.ike.wire.KeyExchangePayload;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.Role;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ike.wire.TrafficSelectors;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Agreeing on a Child SA: algorithms and traffic selectors, the same in every exchange that makes one.
///
///     SAi2, TSi, TSr  -->
///                     <--  SAr2, TSi, TSr
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.9 RFC 7296 section 2.9
public final class ChildNegotiation {
    private ChildNegotiation() {}

    /// The exchange in which a Child SA is made.
    public enum Occasion {
        /// The first one: its keys come from IKE_SA_INIT, so it has no key exchange of its own (IK-089).
        IKE_AUTH,
        /// A further one, or one that replaces another: with a key exchange of its own where configured.
        CREATE_CHILD_SA
    }

    /// The addresses that `dynamic` selectors stand for.
    ///
    /// @param local ours: virtual IPs, else the address of the IKE SA
    /// @param remote the peer's, likewise
    public record Hosts(List<InetAddress> local, List<InetAddress> remote) {
        /// Copies the lists.
        public Hosts {
            local = List.copyOf(local);
            remote = List.copyOf(remote);
        }
    }

    /// What both agreed on.
    ///
    /// @param config the configured child
    /// @param transform the algorithms
    /// @param keyExchange the method of the Child SA's own key exchange, if it has one
    /// @param inbound our SPI
    /// @param outbound the peer's SPI
    /// @param local the selectors of our side
    /// @param remote the selectors of the peer's side
    public record Agreement(
            ChildConfig config,
            EspTransform transform,
            Optional<KeyExchangeMethod> keyExchange,
            Spi inbound,
            Spi outbound,
            List<TrafficSelector> local,
            List<TrafficSelector> remote) {
        /// Copies the lists.
        public Agreement {
            local = List.copyOf(local);
            remote = List.copyOf(remote);
        }
    }

    /// What came of it.
    public sealed interface Result {
        /// Both agree.
        ///
        /// @param payloads what a responder answers with
        record Agreed(Agreement agreement, List<Payload> payloads) implements Result {
            /// Copies the list.
            public Agreed {
                payloads = List.copyOf(payloads);
            }
        }

        /// They do not.
        ///
        /// @param notification what a responder answers with, or what it answered
        record Refused(Notify notification, SessionFailure failure) implements Result {}
    }

    /// The selectors that templates stand for.
    public static List<TrafficSelector> resolve(
            List<SelectorTemplate> templates, List<InetAddress> hosts) {
        List<TrafficSelector> selectors = new ArrayList<>();
        for (SelectorTemplate template : templates) {
            switch (template) {
                case SelectorTemplate.Fixed(TrafficSelector selector) -> selectors.add(selector);
                case SelectorTemplate.Dynamic(int protocol, int startPort, int endPort) ->
                        hosts.forEach(host ->
                                selectors.add(
                                        new TrafficSelector(
                                                protocol, startPort, endPort, host, host)));
            }
        }
        return selectors;
    }

    /// The initiator's payloads.
    ///
    /// @param inbound our SPI
    /// @param local the selectors to ask for on our side
    /// @param remote those on the peer's side
    public static List<Payload> offer(
            Occasion occasion,
            ChildConfig config,
            Spi inbound,
            List<TrafficSelector> local,
            List<TrafficSelector> remote) {
        SecurityAssociation proposals =
                switch (occasion) {
                    case IKE_AUTH -> ProposalOffer.ofFirstChild(config.proposals(), inbound);
                    case CREATE_CHILD_SA -> ProposalOffer.ofChild(config.proposals(), inbound);
                };
        return List.of(
                proposals,
                TrafficSelectors.of(Role.INITIATOR, local),
                TrafficSelectors.of(Role.RESPONDER, remote));
    }

    /// What the responder made of the initiator's offer.
    public static Result accept(
            Occasion occasion,
            ChildConfig config,
            Spi inbound,
            List<TrafficSelector> local,
            List<TrafficSelector> remote,
            List<Payload> response) {
        Optional<SecurityAssociation> chosen =
                PayloadChain.first(response, SecurityAssociation.class);
        Optional<TrafficSelectors> tsi = PayloadChain.trafficSelectors(response, Role.INITIATOR);
        Optional<TrafficSelectors> tsr = PayloadChain.trafficSelectors(response, Role.RESPONDER);
        if (chosen.isEmpty() || tsi.isEmpty() || tsr.isEmpty()) {
            return refusedByPeer(config, local, remote, response);
        }
        Optional<ProposalSelection.EspChoice> choice =
                switch (occasion) {
                    case IKE_AUTH ->
                            ProposalSelection.acceptFirstChild(config.proposals(), chosen.get());
                    case CREATE_CHILD_SA ->
                            ProposalSelection.acceptChild(config.proposals(), chosen.get());
                };
        if (choice.isEmpty()) {
            return new Result.Refused(
                    Notify.of(NotifyType.NO_PROPOSAL_CHOSEN),
                    new SessionFailure.Incompatible(
                            "the peer chose ESP algorithms that were not offered",
                            ProposalText.ofFirstChild(config.proposals()),
                            ProposalText.of(chosen.get()),
                            "check the peer's ESP proposals"));
        }
        List<TrafficSelector> ours = tsi.get().ranges();
        List<TrafficSelector> theirs = tsr.get().ranges();
        boolean within =
                SelectorNarrowing.isWithin(ours, local)
                        && SelectorNarrowing.isWithin(theirs, remote);
        if (!within || ours.isEmpty() || theirs.isEmpty()) {
            return new Result.Refused(
                    Notify.of(NotifyType.TS_UNACCEPTABLE),
                    selectorFailure(
                            "the peer chose traffic selectors outside of ours",
                            local,
                            remote,
                            ours,
                            theirs));
        }
        Agreement agreement =
                new Agreement(
                        config,
                        choice.get().transform(),
                        choice.get().keyExchange(),
                        inbound,
                        choice.get().spi(),
                        ours,
                        theirs);
        return new Result.Agreed(agreement, List.of());
    }

    /// The responder's choice among its configured children: the first that has common selectors and algorithms.
    ///
    /// @param inbound our SPI, if a Child SA comes of it
    public static Result choose(
            Occasion occasion,
            List<ChildConfig> children,
            Spi inbound,
            Hosts hosts,
            List<Payload> request) {
        SecurityAssociation offer =
                PayloadChain.first(request, SecurityAssociation.class).orElseThrow();
        List<TrafficSelector> theirs =
                PayloadChain.trafficSelectors(request, Role.INITIATOR).orElseThrow().ranges();
        List<TrafficSelector> ours =
                PayloadChain.trafficSelectors(request, Role.RESPONDER).orElseThrow().ranges();
        Optional<Result> noProposal = Optional.empty();
        for (ChildConfig child : children) {
            var local = SelectorNarrowing.narrow(resolve(child.local(), hosts.local()), ours);
            var remote = SelectorNarrowing.narrow(resolve(child.remote(), hosts.remote()), theirs);
            if (local.selectors().isEmpty() || remote.selectors().isEmpty()) {
                continue;
            }
            var choice =
                    switch (occasion) {
                        case IKE_AUTH ->
                                ProposalSelection.chooseFirstChild(child.proposals(), offer);
                        case CREATE_CHILD_SA ->
                                ProposalSelection.chooseChild(
                                        child.proposals(), offer, sentMethod(request));
                    };
            if (choice.isPresent()) {
                return agreed(child, inbound, choice.get(), local.selectors(), remote.selectors());
            }
            noProposal = noProposal.or(() -> Optional.of(noProposal(child, offer)));
        }
        return noProposal.orElseGet(() -> noSelectors(children, hosts, ours, theirs));
    }

    private static Optional<KeyExchangeMethod> sentMethod(List<Payload> request) {
        return PayloadChain.first(request, KeyExchangePayload.class)
                .flatMap(ke -> KeyExchangeMethod.ofTransformId(ke.method()));
    }

    private static Result agreed(
            ChildConfig child,
            Spi inbound,
            ProposalSelection.EspChoice choice,
            List<TrafficSelector> local,
            List<TrafficSelector> remote) {
        List<Payload> payloads =
                List.of(
                        ProposalOffer.chosenEsp(
                                choice.number(), choice.transform(), choice.keyExchange(), inbound),
                        TrafficSelectors.of(Role.INITIATOR, remote),
                        TrafficSelectors.of(Role.RESPONDER, local));
        Agreement agreement =
                new Agreement(
                        child,
                        choice.transform(),
                        choice.keyExchange(),
                        inbound,
                        choice.spi(),
                        local,
                        remote);
        return new Result.Agreed(agreement, payloads);
    }

    private static Result noProposal(ChildConfig child, SecurityAssociation offer) {
        return new Result.Refused(
                Notify.of(NotifyType.NO_PROPOSAL_CHOSEN),
                new SessionFailure.Incompatible(
                        "none of the peer's ESP proposals is acceptable for child " + child.name(),
                        ProposalText.ofFirstChild(child.proposals()),
                        ProposalText.of(offer),
                        "add to `esp-proposals` what the peer offers"));
    }

    private static Result noSelectors(
            List<ChildConfig> children,
            Hosts hosts,
            List<TrafficSelector> ours,
            List<TrafficSelector> theirs) {
        List<TrafficSelector> local = new ArrayList<>();
        List<TrafficSelector> remote = new ArrayList<>();
        children.forEach(c -> local.addAll(resolve(c.local(), hosts.local())));
        children.forEach(c -> remote.addAll(resolve(c.remote(), hosts.remote())));
        return new Result.Refused(
                Notify.of(NotifyType.TS_UNACCEPTABLE),
                selectorFailure(
                        "no configured child covers the peer's traffic selectors",
                        local,
                        remote,
                        ours,
                        theirs));
    }

    private static Result refusedByPeer(
            ChildConfig config,
            List<TrafficSelector> local,
            List<TrafficSelector> remote,
            List<Payload> response) {
        Notify error =
                PayloadChain.all(response, Notify.class).stream()
                        .filter(Notify::isError)
                        .findFirst()
                        .orElse(Notify.of(NotifyType.INVALID_SYNTAX));
        String said = error.name();
        if (error.is(NotifyType.NO_PROPOSAL_CHOSEN)) {
            return new Result.Refused(
                    error,
                    new SessionFailure.Incompatible(
                            "the peer accepts none of our ESP proposals for child " + config.name(),
                            ProposalText.ofFirstChild(config.proposals()),
                            said + ", without saying what it would accept",
                            "add to `esp-proposals` what the peer has configured"));
        }
        if (error.is(NotifyType.TS_UNACCEPTABLE) || error.is(NotifyType.SINGLE_PAIR_REQUIRED)) {
            return new Result.Refused(
                    error,
                    new SessionFailure.Incompatible(
                            "the peer does not accept our traffic selectors for child "
                                    + config.name(),
                            text(local, remote),
                            said + ", without saying what it would accept",
                            "make `local-ts` and `remote-ts` match the peer's"));
        }
        if (error.is(NotifyType.INTERNAL_ADDRESS_FAILURE)
                || error.is(NotifyType.FAILED_CP_REQUIRED)) {
            return new Result.Refused(
                    error,
                    new SessionFailure.LocalProblem(
                            "the peer gave us no address: " + said,
                            "check the peer's address pool, and `vips` on our side"));
        }
        return new Result.Refused(
                error,
                new SessionFailure.PeerMisbehaved(
                        "the peer did not set up child " + config.name() + ": " + said,
                        "look into the peer's log"));
    }

    private static SessionFailure selectorFailure(
            String what,
            List<TrafficSelector> local,
            List<TrafficSelector> remote,
            List<TrafficSelector> ours,
            List<TrafficSelector> theirs) {
        return new SessionFailure.Incompatible(
                what,
                text(local, remote),
                text(ours, theirs),
                "make `local-ts` and `remote-ts` match on both sides");
    }

    private static String text(List<TrafficSelector> local, List<TrafficSelector> remote) {
        return "local " + join(local) + " remote " + join(remote);
    }

    private static String join(List<TrafficSelector> selectors) {
        return selectors.isEmpty()
                ? "none"
                : String.join(" ", selectors.stream().map(TrafficSelector::toString).toList());
    }
}
