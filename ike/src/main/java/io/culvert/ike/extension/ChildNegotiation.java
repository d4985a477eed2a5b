package io.culvert.ike.extension;

import static io.culvert.ipsec.dataplane.ChildSaSpec.Mode.TRANSPORT;
import static io.culvert.ipsec.dataplane.ChildSaSpec.Mode.TUNNEL;

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
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Agreeing on a Child SA: algorithms and traffic selectors, the same in every exchange that makes one.
///
///     [N(USE_TRANSPORT_MODE),] SAi2, TSi, TSr  -->
///                     <--  [N(USE_TRANSPORT_MODE),] SAr2, TSi, TSr [, N(ADDITIONAL_TS_POSSIBLE)]
///
/// Other notifications beside a proposal say what the peer can do that we never ask of it, and are passed over (IK-132):
/// IPCOMP_SUPPORTED, as we compress nothing; ESP_TFC_PADDING_NOT_SUPPORTED, as we add no such padding;
/// NON_FIRST_FRAGMENTS_ALSO, as we send later fragments only through an SA that is for all ports.
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
    /// @param additional the methods of the key exchanges that follow, in order
    /// @param inbound our SPI
    /// @param outbound the peer's SPI
    /// @param mode tunnel or transport
    /// @param local the selectors of our side, with addresses as our system sees them
    /// @param remote the selectors of the peer's side, likewise
    /// @param peerView in transport mode through a NAT, the addresses as the peer sees them
    public record Agreement(
            ChildConfig config,
            EspTransform transform,
            Optional<KeyExchangeMethod> keyExchange,
            List<KeyExchangeMethod> additional,
            Spi inbound,
            Spi outbound,
            ChildSaSpec.Mode mode,
            List<TrafficSelector> local,
            List<TrafficSelector> remote,
            Optional<ChildSaSpec.PeerView> peerView) {
        /// Copies the lists.
        public Agreement {
            additional = List.copyOf(additional);
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

    /// The initiator's payloads. Transport mode is asked for where it is configured and both sides are single hosts.
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
        boolean transport = config.mode() == TRANSPORT && TransportMode.isPossible(local, remote);
        List<Payload> payloads = new ArrayList<>();
        if (transport) {
            payloads.add(TransportMode.notification());
        }
        payloads.add(proposals);
        payloads.add(TrafficSelectors.of(Role.INITIATOR, local));
        payloads.add(TrafficSelectors.of(Role.RESPONDER, remote));
        return payloads;
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
        if (!TransportMode.isIn(response)) {
            var asTold = new TransportMode.Seen(ours, theirs, Optional.empty());
            return accept(config, inbound, local, remote, choice.get(), asTold, TUNNEL);
        }
        return Optional.of(config)
                .filter(c -> c.mode() == TRANSPORT)
                .flatMap(c -> TransportMode.answered(local, remote, ours, theirs))
                .map(seen -> accept(config, inbound, local, remote, choice.get(), seen, TRANSPORT))
                .orElseGet(() -> notAskedForTransport(config));
    }

    private static Result accept(
            ChildConfig config,
            Spi inbound,
            List<TrafficSelector> local,
            List<TrafficSelector> remote,
            ProposalSelection.EspChoice choice,
            TransportMode.Seen seen,
            ChildSaSpec.Mode mode) {
        if (!SelectorNarrowing.isWithin(seen.local(), local)
                || !SelectorNarrowing.isWithin(seen.remote(), remote)) {
            return new Result.Refused(
                    Notify.of(NotifyType.TS_UNACCEPTABLE),
                    selectorFailure(
                            "the peer chose traffic selectors outside of ours",
                            local,
                            remote,
                            seen.local(),
                            seen.remote()));
        }
        Agreement agreement =
                new Agreement(
                        config,
                        choice.transform(),
                        choice.keyExchange(),
                        choice.additionalMethods(),
                        inbound,
                        choice.spi(),
                        mode,
                        seen.local(),
                        seen.remote(),
                        seen.peerView());
        return new Result.Agreed(agreement, List.of());
    }

    private static Result notAskedForTransport(ChildConfig config) {
        return new Result.Refused(
                Notify.of(NotifyType.INVALID_SYNTAX),
                new SessionFailure.PeerMisbehaved(
                        "the peer chose transport mode for child "
                                + config.name()
                                + " between other hosts than we asked for, or without being asked",
                        "look into the peer's configuration of the child's mode"));
    }

    /// The responder's choice among its configured children: the first with common selectors and algorithms. One of the
    /// mode that was asked for is preferred, then one that holds the whole of the initiator's first selectors, which are
    /// those of the packet that started it all (IK-120).
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
        boolean transport = TransportMode.isIn(request);
        List<ChildMatch> matches =
                children.stream()
                        .flatMap(child ->
                                ChildMatch.of(child, hosts, ours, theirs, transport).stream())
                        .sorted(
                                Comparator.<ChildMatch, Boolean>comparing(
                                                match -> transport && match.mode() == TUNNEL)
                                        .thenComparing(match -> !match.holdsFirst()))
                        .toList();
        Optional<Result> noProposal = Optional.empty();
        for (ChildMatch match : matches) {
            var choice =
                    switch (occasion) {
                        case IKE_AUTH ->
                                ProposalSelection.chooseFirstChild(
                                        match.config().proposals(), offer);
                        case CREATE_CHILD_SA ->
                                ProposalSelection.chooseChild(
                                        match.config().proposals(), offer, sentMethod(request));
                    };
            if (choice.isPresent()) {
                boolean others = matches.stream().anyMatch(other -> !other.isWithin(match));
                return agreed(match, inbound, choice.get(), others);
            }
            noProposal = noProposal.or(() -> Optional.of(noProposal(match.config(), offer)));
        }
        return noProposal.orElseGet(() -> noSelectors(children, hosts, ours, theirs));
    }

    private static Optional<KeyExchangeMethod> sentMethod(List<Payload> request) {
        return PayloadChain.first(request, KeyExchangePayload.class)
                .flatMap(ke -> KeyExchangeMethod.ofTransformId(ke.method()));
    }

    private static Result agreed(
            ChildMatch match, Spi inbound, ProposalSelection.EspChoice choice, boolean others) {
        List<Payload> payloads = new ArrayList<>();
        if (match.mode() == TRANSPORT) {
            payloads.add(TransportMode.notification());
        }
        payloads.add(ProposalOffer.chosenEsp(choice, inbound));
        payloads.add(TrafficSelectors.of(Role.INITIATOR, match.remote()));
        payloads.add(TrafficSelectors.of(Role.RESPONDER, match.local()));
        if (others) {
            payloads.add(Notify.of(NotifyType.ADDITIONAL_TS_POSSIBLE));
        }
        Agreement agreement =
                new Agreement(
                        match.config(),
                        choice.transform(),
                        choice.keyExchange(),
                        choice.additionalMethods(),
                        inbound,
                        choice.spi(),
                        match.mode(),
                        match.local(),
                        match.remote(),
                        match.peerView());
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
