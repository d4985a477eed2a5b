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
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.util.List;
import java.util.Optional;

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
        if (RekeyIke.isMeant(request)) {
            return current ? rekeyIke(now, request) : refuse(NotifyType.TEMPORARY_FAILURE);
        }
        boolean rekeying = peering.agenda().underWay(IkeRekeying.class).findAny().isPresent();
        if (!current || rekeying) {
            return refuse(NotifyType.TEMPORARY_FAILURE);
        }
        if (CreateChild.requestViolation(request).isPresent()) {
            return refuse(NotifyType.INVALID_SYNTAX);
        }
        Optional<Notify> rekeyed = CreateChild.rekeyed(request);
        return rekeyed.isPresent()
                ? rekeyChild(now, rekeyed.get(), request)
                : createChild(now, request);
    }

    private List<Payload> rekeyIke(MonoTime now, List<Payload> request) {
        Optional<IkeRekeying> ours = peering.agenda().underWay(IkeRekeying.class).findFirst();
        boolean busy =
                peering.agenda().underWay(ChildCreation.class).findAny().isPresent()
                        || peering.agenda().underWay(ChildDeletion.class).findAny().isPresent();
        boolean rivaled = ours.flatMap(IkeRekeying::rival).isPresent();
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
        if (reply instanceof RekeyIke.Reply.Accepted(var _, RekeyIke.Made made)) {
            peering.sas().bindAlso(spi);
            IkeSa fresh = peering.sas().born(false, made);
            ours.ifPresentOrElse(
                    rekeying -> rekeying.rivaledBy(fresh, made.nonces()),
                    () -> peering.promote(now, fresh));
        }
        return reply.payloads();
    }

    private List<Payload> rekeyChild(MonoTime now, Notify rekeyed, List<Payload> request) {
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
        if (old.get().isClosing() || old.get().successor().isPresent()) {
            return refuse(NotifyType.TEMPORARY_FAILURE);
        }
        if (peering.children().living().size() >= 2 * mostChildren()) {
            // it replaces them and deletes none
            return refuse(NotifyType.NO_ADDITIONAL_SAS);
        }
        return make(now, List.of(old.get().config()), old, request);
    }

    private List<Payload> createChild(MonoTime now, List<Payload> request) {
        return peering.children().living().size() >= mostChildren()
                ? refuse(NotifyType.NO_ADDITIONAL_SAS)
                : make(
                        now,
                        peering.connection().orElseThrow().children(),
                        Optional.empty(),
                        request);
    }

    private int mostChildren() {
        return peering.connection().orElseThrow().limits().mostChildren();
    }

    private List<Payload> make(
            MonoTime now, List<ChildConfig> configs, Optional<ChildSa> old, List<Payload> request) {
        Optional<Spi> spi = peering.takeSpi();
        peering.children().replenish();
        if (spi.isEmpty()) {
            return refuse(NotifyType.TEMPORARY_FAILURE);
        }
        CreateChild.Reply reply =
                CreateChild.processRequest(
                        peering.parent(), configs, spi.get(), peering.hosts(), request);
        switch (reply) {
            case CreateChild.Reply.Accepted(var _, CreateChild.Made made) ->
                    installed(now, made, old);
            case CreateChild.Reply.Refused(var _, var failure) -> {
                peering.giveBack(spi.get());
                failure.ifPresent(why ->
                        peering.outbox()
                                .publish(
                                        new IkeEvent.ChildSaFailed(
                                                old.map(ChildSa::name).orElse(""), why)));
            }
        }
        return reply.payloads();
    }

    private void installed(MonoTime now, CreateChild.Made made, Optional<ChildSa> old) {
        ChildSa fresh = peering.install(now, made.agreement(), made.keys(), false, old);
        old.ifPresent(previous -> {
            previous.replacedBy(fresh);
            peering.agenda()
                    .underWay(ChildCreation.class)
                    .filter(ours -> ours.replaces(previous))
                    .forEach(ours -> ours.rivaledBy(fresh, made.nonces()));
            peering.children().arm();
        });
    }

    private static List<Payload> refuse(NotifyType error) {
        return List.of(Notify.of(error));
    }
}
