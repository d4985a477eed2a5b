package io.culvert.ike.session;

import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.exchange.CreateChild;
import io.culvert.ike.exchange.RekeyIke;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.ProtocolId;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Answers the peer's CREATE_CHILD_SA requests, by what else is under way.
///
/// | the peer wants to | while we | answer |
/// |---|---|---|
/// | rekey a Child SA | close it | TEMPORARY_FAILURE |
/// | rekey a Child SA | rekey it | as always; the nonces decide |
/// | rekey a Child SA | do not have it, and make none | CHILD_SA_NOT_FOUND |
/// | rekey a Child SA | do not have it, and are making one | TEMPORARY_FAILURE |
/// | rekey the IKE SA | create, rekey or close a Child SA | TEMPORARY_FAILURE |
/// | rekey the IKE SA | rekey it | as always; the nonces decide |
/// | rekey the IKE SA | have replaced it, or keep many that it has not deleted | TEMPORARY_FAILURE |
/// | create or rekey a Child SA | rekey the IKE SA, or have replaced it | TEMPORARY_FAILURE |
/// | rekey any SA | are between the key exchanges of its rekeying, by either side | TEMPORARY_FAILURE |
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.25 RFC 7296 section 2.25
final class ChildRequests {
    private static final int ESP_SPI_OCTETS = 4;

    private final Peering peering;

    ChildRequests(Peering peering) {
        this.peering = peering;
    }

    /// The payloads to answer with.
    ///
    /// @param sa the IKE SA in which the request came
    List<Payload> answer(MonoTime now, IkeSa sa, List<Payload> request) {
        boolean current = sa == peering.theSa();
        peering.followups().sweep(now);
        if (RekeyIke.isMeant(request)) {
            return current ? rekeyIke(now, sa, request) : refuse(NotifyType.TEMPORARY_FAILURE);
        }
        boolean rekeying =
                peering.agenda().underWay(IkeRekeying.class).findAny().isPresent()
                        || peering.followups().replacesIkeSa();
        if (!current || rekeying) {
            return refuse(NotifyType.TEMPORARY_FAILURE);
        }
        if (CreateChild.requestViolation(request).isPresent()) {
            return refuse(NotifyType.INVALID_SYNTAX);
        }
        Optional<Notify> rekeyed = CreateChild.rekeyed(request);
        return rekeyed.isPresent()
                ? rekeyChild(now, sa, rekeyed.get(), request)
                : createChild(now, sa, request);
    }

    private List<Payload> rekeyIke(MonoTime now, IkeSa sa, List<Payload> request) {
        Optional<IkeRekeying> ours = peering.agenda().underWay(IkeRekeying.class).findFirst();
        boolean busy =
                peering.agenda().underWay(ChildCreation.class).findAny().isPresent()
                        || peering.agenda().underWay(ChildDeletion.class).findAny().isPresent()
                        || peering.followups().concernsChild();
        boolean rivaled =
                ours.filter(IkeRekeying::isRivaledOrFollowingUp).isPresent()
                        || peering.followups().replacesIkeSa();
        if (busy || rivaled || !peering.retirement().hasRoom()) {
            return refuse(NotifyType.TEMPORARY_FAILURE);
        }
        IkeSpi spi = Peering.freshSpi(peering.context());
        RekeyIke.Reply reply =
                RekeyIke.processRequest(
                        peering.parent(),
                        peering.connection().orElseThrow().proposals(),
                        spi,
                        request);
        return switch (reply) {
            case RekeyIke.Reply.Accepted(List<Payload> payloads, RekeyIke.Made made) -> {
                List<Payload> all = new ArrayList<>(payloads);
                CrashTokens.ours(peering, ikeSaMade(now, spi, made)).ifPresent(all::add);
                yield all;
            }
            case RekeyIke.Reply.Continues(List<Payload> payloads, RekeyIke.Begun begun) -> {
                ours.ifPresent(rekeying -> rekeying.rivaledBy(begun.nonces()));
                yield peering.followups()
                        .begin(
                                now,
                                sa,
                                begun.suite().additionalMethods(),
                                payloads,
                                new IkeGoal(begun, spi));
            }
            case RekeyIke.Reply.Refused(List<Payload> payloads) -> payloads;
        };
    }

    private IkeSa ikeSaMade(MonoTime now, IkeSpi spi, RekeyIke.Made made) {
        peering.sas().bindAlso(spi);
        IkeSa fresh = peering.sas().born(false, made);
        peering.agenda()
                .underWay(IkeRekeying.class)
                .findFirst()
                .ifPresentOrElse(
                        ours -> ours.rivaledBy(fresh, made.nonces()),
                        () -> peering.promote(now, fresh));
        return fresh;
    }

    /// The peer replaces the IKE SA.
    private final class IkeGoal implements Followups.Goal {
        private final RekeyIke.Begun begun;
        private final IkeSpi spi;

        IkeGoal(RekeyIke.Begun begun, IkeSpi spi) {
            this.begun = begun;
            this.spi = spi;
        }

        @Override
        public Optional<ChildSa> replacedChild() {
            return Optional.empty();
        }

        @Override
        public boolean replacesIkeSa() {
            return true;
        }

        @Override
        public void reached(MonoTime now, List<KeyMaterial> secrets) {
            IkeSa fresh = ikeSaMade(now, spi, begun.complete(secrets));
            if (CrashTokens.ours(peering, fresh).isPresent()) {
                peering.agenda().later(new CrashTokens.Telling(peering, fresh));
            }
        }

        @Override
        public void missed() {
            begun.secret().close();
        }
    }

    /// The peer makes a Child SA, or replaces one.
    private final class ChildGoal implements Followups.Goal {
        private final CreateChild.Begun begun;
        private final Optional<ChildSa> old;
        private final Spi spi;

        ChildGoal(CreateChild.Begun begun, Optional<ChildSa> old, Spi spi) {
            this.begun = begun;
            this.old = old;
            this.spi = spi;
        }

        @Override
        public Optional<ChildSa> replacedChild() {
            return old;
        }

        @Override
        public boolean replacesIkeSa() {
            return false;
        }

        @Override
        public void reached(MonoTime now, List<KeyMaterial> secrets) {
            installed(
                    now,
                    begun.complete(secrets),
                    old.filter(peering.children().living()::contains));
        }

        @Override
        public void missed() {
            begun.secret().close();
            peering.giveBack(spi);
        }
    }

    private List<Payload> rekeyChild(
            MonoTime now, IkeSa sa, Notify rekeyed, List<Payload> request) {
        boolean forEsp =
                rekeyed.protocol().equals(ProtocolId.ESP) && rekeyed.spi().size() == ESP_SPI_OCTETS;
        Optional<ChildSa> old =
                forEsp ? peering.children().withOutbound(Spi.of(rekeyed.spi())) : Optional.empty();
        if (old.isEmpty()) {
            if (peering.agenda().underWay(ChildCreation.class).findAny().isPresent()) {
                // it may be the one that the answer we wait for tells us of
                return refuse(NotifyType.TEMPORARY_FAILURE);
            }
            return List.of(
                    new Notify(
                            rekeyed.protocol(),
                            rekeyed.spi(),
                            NotifyType.CHILD_SA_NOT_FOUND.code(),
                            Octets.EMPTY));
        }
        boolean betweenKeyExchanges =
                peering.followups().replaces(old.get())
                        || peering.agenda()
                                .underWay(ChildCreation.class)
                                .anyMatch(ours -> ours.replaces(old.get()) && ours.isFollowingUp());
        if (old.get().isClosing() || old.get().successor().isPresent() || betweenKeyExchanges) {
            return refuse(NotifyType.TEMPORARY_FAILURE);
        }
        if (peering.children().living().size() >= 2 * mostChildren()) {
            // it replaces them and deletes none
            return refuse(NotifyType.NO_ADDITIONAL_SAS);
        }
        return make(now, sa, List.of(old.get().config()), old, request);
    }

    private List<Payload> createChild(MonoTime now, IkeSa sa, List<Payload> request) {
        return peering.children().living().size() >= mostChildren()
                ? refuse(NotifyType.NO_ADDITIONAL_SAS)
                : make(
                        now,
                        sa,
                        peering.connection().orElseThrow().children(),
                        Optional.empty(),
                        request);
    }

    private int mostChildren() {
        return peering.connection().orElseThrow().limits().mostChildren();
    }

    private List<Payload> make(
            MonoTime now,
            IkeSa sa,
            List<ChildConfig> configs,
            Optional<ChildSa> old,
            List<Payload> request) {
        Optional<Spi> spi = peering.takeSpi();
        peering.children().replenish();
        if (spi.isEmpty()) {
            return refuse(NotifyType.TEMPORARY_FAILURE);
        }
        CreateChild.Reply reply =
                CreateChild.processRequest(
                        peering.parent(), configs, spi.get(), peering.hosts(), request);
        return switch (reply) {
            case CreateChild.Reply.Accepted(List<Payload> payloads, CreateChild.Made made) -> {
                installed(now, made, old);
                yield payloads;
            }
            case CreateChild.Reply.Continues(List<Payload> payloads, CreateChild.Begun begun) -> {
                old.ifPresent(previous ->
                        rivals(previous).forEach(ours -> ours.rivaledBy(begun.nonces())));
                yield peering.followups()
                        .begin(
                                now,
                                sa,
                                begun.agreement().additional(),
                                payloads,
                                new ChildGoal(begun, old, spi.get()));
            }
            case CreateChild.Reply.Refused(List<Payload> payloads, var failure) -> {
                peering.giveBack(spi.get());
                failure.ifPresent(why ->
                        peering.outbox()
                                .publish(
                                        new IkeEvent.ChildSaFailed(
                                                old.map(ChildSa::name).orElse(""), why)));
                yield payloads;
            }
        };
    }

    /// Our own rekeyings of a Child SA.
    private Stream<ChildCreation> rivals(ChildSa old) {
        return peering.agenda().underWay(ChildCreation.class).filter(ours -> ours.replaces(old));
    }

    private void installed(MonoTime now, CreateChild.Made made, Optional<ChildSa> old) {
        ChildSa fresh = peering.install(now, made.agreement(), made.keys(), false, old);
        old.ifPresent(previous -> {
            previous.replacedBy(fresh);
            rivals(previous).forEach(ours -> ours.rivaledBy(fresh, made.nonces()));
            peering.children().arm();
        });
    }

    private static List<Payload> refuse(NotifyType error) {
        return List.of(Notify.of(error));
    }
}
