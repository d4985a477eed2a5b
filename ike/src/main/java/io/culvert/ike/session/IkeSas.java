package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.RevealedKeys;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.exchange.IkeIntermediate;
import io.culvert.ike.exchange.InitialKeys;
import io.culvert.ike.exchange.RekeyIke;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ike.keys.SkProtection;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The IKE SAs of a session: the current one, and those around it that are being born or dying, with the SPIs of ours
/// that messages for them have.
final class IkeSas {
    private final SessionContext context;
    private final Outbox outbox;
    private final List<IkeSa> others = new ArrayList<>(0);
    private final List<IkeSpi> bound = new ArrayList<>(1);
    private Optional<IkeSa> current = Optional.empty();

    IkeSas(SessionContext context, Outbox outbox) {
        this.context = context;
        this.outbox = outbox;
    }

    Optional<IkeSa> current() {
        return current;
    }

    /// Those that are kept although they are not the current one.
    List<IkeSa> others() {
        return others;
    }

    /// The one that a message of the peer belongs to.
    Optional<IkeSa> of(IkeHeader header) {
        return Stream.concat(current.stream(), others.stream())
                .filter(candidate -> candidate.matches(header))
                .findFirst();
    }

    /// Takes an SPI of ours into use, in place of an earlier attempt's.
    void bind(IkeSpi spi) {
        unbindAll();
        bindAlso(spi);
    }

    /// Takes an SPI into use for an IKE SA that is to replace the current one.
    void bindAlso(IkeSpi spi) {
        bound.add(spi);
        outbox.add(new Action.BindSpi(spi));
    }

    void unbind(IkeSpi spi) {
        if (bound.remove(spi)) {
            outbox.add(new Action.UnbindSpi(spi));
        }
    }

    private void unbindAll() {
        List.copyOf(bound).forEach(this::unbind);
    }

    /// The IKE SA that IKE_SA_INIT has made.
    void begin(
            boolean originalInitiator,
            InitialKeys initial,
            IkeKeys keys,
            Octets initRequest,
            Octets initResponse,
            TransportPath path) {
        current =
                Optional.of(
                        IkeSa.first(
                                originalInitiator,
                                initial,
                                keys,
                                protections(initial, keys),
                                initRequest,
                                initResponse,
                                path));
        reveal(initial, keys);
    }

    /// Gives the current IKE SA the keys that IKE_INTERMEDIATE has made.
    ///
    /// @param made what they come from; the secret is closed here
    /// @param messageId that of the exchange
    void advance(IkeIntermediate.Ingredients made, long messageId) {
        IkeSa sa = current.orElseThrow();
        InitialKeys initial = sa.initial();
        Optional<IkeKeys> next =
                made.secret()
                        .map(secret ->
                                IkeKeys.intermediate(
                                        context.crypto(),
                                        initial.suite(),
                                        sa.keys(),
                                        secret,
                                        initial.contributions()));
        made.secret().ifPresent(KeyMaterial::close);
        if (made.ppk().isPresent()) {
            IkeKeys before = next.orElse(sa.keys());
            IkeKeys mixed =
                    IkeKeys.withPpk(
                            context.crypto(),
                            initial.suite(),
                            before,
                            made.ppk().get().key(),
                            initial.contributions());
            next.ifPresent(IkeKeys::close);
            next = Optional.of(mixed);
        }
        next.ifPresent(keys -> {
            sa.advance(keys, protections(initial, keys), messageId);
            reveal(initial, keys);
        });
    }

    /// An IKE SA that CREATE_CHILD_SA has made. It is not the current one before [#promote].
    ///
    /// @param began whether we sent the request
    IkeSa born(boolean began, RekeyIke.Made made) {
        IkeSa old = current.orElseThrow();
        InitialKeys fresh =
                old.initial().rekeyed(made.initiatorSpi(), made.responderSpi(), made.suite());
        IkeSa child = old.successor(began, fresh, made.keys(), protections(fresh, made.keys()));
        reveal(fresh, made.keys());
        child.forgetProofKeys();
        others.add(child);
        return child;
    }

    /// Makes one the current one. The old one stays until it is deleted.
    void promote(IkeSa next) {
        others.remove(next);
        others.add(current.orElseThrow());
        current = Optional.of(next);
        next.keepForEver();
    }

    /// When the first of those that are not current has been kept long enough.
    Optional<MonoTime> fadedAt() {
        return others.stream().flatMap(old -> old.keptUntil().stream()).min(MonoTime::compareTo);
    }

    /// Forgets one that is not the current one.
    void discard(IkeSa old) {
        others.remove(old);
        unbind(old.ours());
        old.close();
    }

    /// The session ends.
    void closeAll() {
        unbindAll();
        others.forEach(IkeSa::close);
        current.ifPresent(IkeSa::close);
    }

    private void reveal(InitialKeys initial, IkeKeys keys) {
        if (context.revealKeys()) {
            outbox.add(
                    new Action.RevealKeys(
                            new RevealedKeys.OfIkeSa(
                                    initial.initiatorSpi(),
                                    initial.responderSpi(),
                                    initial.suite(),
                                    keys.skEi(),
                                    keys.skEr(),
                                    keys.skAi(),
                                    keys.skAr())));
        }
    }

    private IkeSa.Protections protections(InitialKeys initial, IkeKeys keys) {
        return new IkeSa.Protections(
                protection(initial, keys.skEi(), keys.skAi()),
                protection(initial, keys.skEr(), keys.skAr()));
    }

    private SkProtection protection(InitialKeys initial, KeyMaterial skE, KeyMaterial skA) {
        return new SkProtection(
                context.crypto(),
                initial.suite().encryption(),
                initial.suite().integrity(),
                skE,
                skA,
                context.random());
    }
}
