package io.culvert.ike.eap;

import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.wire.Eap;
import io.culvert.ipsec.value.Octets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// An EAP server: asks for a name where configured, then proposes one method after the other until the peer takes one.
///
/// @spec https://www.rfc-editor.org/rfc/rfc3748#section-4 RFC 3748 section 4
/// @spec https://www.rfc-editor.org/rfc/rfc4137#section-5 RFC 4137 section 5
final class EapServer implements EapConversation {
    private final Optional<IdentityPattern> asksFor;
    private final Map<Integer, Function<String, EapMethod>> untried;
    private Optional<EapMethod> method = Optional.empty();
    private String name;
    private int identifier;
    private boolean awaitsName;
    private boolean settled;
    private boolean over;

    /// @param name whom the peer says to be, until it has been asked
    /// @param asksFor if present, it is asked, and what it says has to fit
    /// @param methods what we know, by type, best first; made for a name
    /// @param firstIdentifier of our first packet, 0 to 255
    EapServer(
            String name,
            Optional<IdentityPattern> asksFor,
            Map<Integer, Function<String, EapMethod>> methods,
            int firstIdentifier) {
        this.name = name;
        this.asksFor = asksFor;
        this.untried = new LinkedHashMap<>(methods);
        this.identifier = firstIdentifier;
    }

    @Override
    public synchronized EapStep begin() {
        awaitsName = asksFor.isPresent();
        EapStep step = awaitsName ? ask(EapPackets.IDENTITY, Octets.EMPTY) : propose();
        over |= !(step instanceof EapStep.Say);
        return step;
    }

    @Override
    public synchronized EapStep take(Eap packet) {
        EapStep step =
                over || packet.code() != Eap.RESPONSE
                        ? new EapStep.Failed("EAP code " + packet.code() + " is out of turn")
                        : answered(packet, packet.method().orElseThrow());
        over |= !(step instanceof EapStep.Say);
        return step;
    }

    private EapStep answered(Eap packet, int type) {
        Octets body = EapPackets.body(packet);
        if (awaitsName) {
            awaitsName = false;
            return type == EapPackets.IDENTITY
                    ? named(body)
                    : new EapStep.Failed("the peer does not say who it is");
        }
        EapMethod current = method.orElseThrow();
        if (type == EapPackets.NAK && !settled) {
            current.close();
            return proposeOneOf(body);
        }
        if (type != current.type()) {
            return new EapStep.Failed("the peer answers with type " + type);
        }
        settled = true;
        return step(current.take(body));
    }

    private EapStep named(Octets body) {
        Optional<String> said = EapPackets.name(body);
        if (said.isEmpty()) {
            return new EapStep.Failed("the peer's name is no text");
        }
        boolean fits = asksFor.orElseThrow().accepts(identity(said.get()));
        if (!fits) {
            return new EapStep.Failed(
                    "the peer is \"" + said.get() + "\", expected was " + asksFor.get());
        }
        name = said.get();
        return propose();
    }

    private EapStep propose() {
        Iterator<Function<String, EapMethod>> next = untried.values().iterator();
        EapMethod proposed = next.next().apply(name);
        next.remove();
        method = Optional.of(proposed);
        return step(proposed.begin());
    }

    private EapStep proposeOneOf(Octets wanted) {
        List<Integer> types = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            types.add(wanted.u8(i));
        }
        untried.keySet().removeIf(type -> !types.contains(type));
        return untried.isEmpty()
                ? new EapStep.Failed("the peer takes none of our methods, but types " + types)
                : propose();
    }

    private EapStep step(EapMethod.Move move) {
        return switch (move) {
            case EapMethod.Move.Say(Octets body) -> ask(method.orElseThrow().type(), body);
            case EapMethod.Move.Failed(String reason) -> new EapStep.Failed(reason);
            case EapMethod.Move.Done(EapMethod.Proof proof) ->
                    new EapStep.Succeeded(
                            Optional.of(proof.msk()), proof.identity(), proof.mutual());
        };
    }

    private EapStep ask(int type, Octets body) {
        identifier = (identifier + 1) & 0xff;
        return new EapStep.Say(EapPackets.request(identifier, type, body));
    }

    /// The identity that a name stands for when patterns and certificates are compared with it.
    static Identity identity(String name) {
        try {
            return Identity.parse(name);
        } catch (IllegalArgumentException notWritten) {
            return new Identity(Identity.ID_KEY_ID, EapPackets.name(name));
        }
    }

    @Override
    public synchronized void close() {
        over = true;
        method.ifPresent(EapMethod::close);
    }
}
