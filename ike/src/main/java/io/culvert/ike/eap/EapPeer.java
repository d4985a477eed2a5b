package io.culvert.ike.eap;

import io.culvert.ike.wire.Eap;
import io.culvert.ipsec.value.Octets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// An EAP peer: says its name when asked, takes the first method that it knows, and believes a Success only when that
/// method has nothing left to prove.
///
/// @spec https://www.rfc-editor.org/rfc/rfc3748#section-4 RFC 3748 section 4
/// @spec https://www.rfc-editor.org/rfc/rfc4137#section-4 RFC 4137 section 4
final class EapPeer implements EapConversation {
    private final String name;
    private final Map<Integer, Supplier<EapMethod>> methods;
    private Optional<EapMethod> method = Optional.empty();
    private boolean over;
    private boolean handedOver;

    /// @param methods what we know, by type, best first
    EapPeer(String name, Map<Integer, Supplier<EapMethod>> methods) {
        this.name = name;
        this.methods = new LinkedHashMap<>(methods);
    }

    @Override
    public EapStep begin() {
        throw new IllegalStateException("an EAP peer does not begin");
    }

    @Override
    public synchronized EapStep take(Eap packet) {
        EapStep step =
                over
                        ? new EapStep.Failed("the conversation is over")
                        : switch (packet.code()) {
                            case Eap.REQUEST -> requested(packet, packet.method().orElseThrow());
                            case Eap.SUCCESS -> succeeded();
                            case Eap.FAILURE ->
                                    new EapStep.Failed(
                                            method.flatMap(EapMethod::complaint)
                                                    .orElse("the server gave no reason"));
                            default ->
                                    new EapStep.Failed(
                                            "EAP code " + packet.code() + " is not for us");
                        };
        over |= !(step instanceof EapStep.Say);
        return step;
    }

    private EapStep requested(Eap packet, int type) {
        if (method.flatMap(EapMethod::proof).isPresent()) {
            return new EapStep.Failed("the server goes on when all is proved");
        }
        return switch (type) {
            case EapPackets.IDENTITY ->
                    method.isPresent()
                            ? new EapStep.Failed("the server asks for our name in the middle")
                            : say(packet, type, EapPackets.name(name));
            case EapPackets.NOTIFICATION -> say(packet, type, Octets.EMPTY);
            case EapPackets.NAK -> new EapStep.Failed("the server sent a Nak");
            default -> byMethod(packet, type);
        };
    }

    private EapStep byMethod(Eap packet, int type) {
        if (method.isEmpty()) {
            Optional<Supplier<EapMethod>> known = Optional.ofNullable(methods.get(type));
            if (known.isEmpty()) {
                return say(packet, EapPackets.NAK, wanted());
            }
            method = known.map(Supplier::get);
        }
        EapMethod current = method.orElseThrow();
        if (current.type() != type) {
            return new EapStep.Failed("the server changed the method in the middle");
        }
        return switch (current.take(EapPackets.body(packet))) {
            case EapMethod.Move.Say(Octets body) -> say(packet, type, body);
            case EapMethod.Move.Failed(String reason) -> new EapStep.Failed(reason);
            case EapMethod.Move.Done _ ->
                    throw new IllegalStateException("only a server's side is done by itself");
        };
    }

    private EapStep succeeded() {
        return method.flatMap(EapMethod::proof)
                .<EapStep>map(proof -> {
                    handedOver = true;
                    return new EapStep.Succeeded(
                            Optional.of(proof.msk()), proof.identity(), proof.mutual());
                })
                .orElseGet(() ->
                        new EapStep.Failed("the server says Success before anything is proved"));
    }

    private Octets wanted() {
        byte[] types = new byte[methods.size()];
        int at = 0;
        for (int type : List.copyOf(methods.keySet())) {
            types[at++] = (byte) type;
        }
        return Octets.wrap(types);
    }

    private static EapStep say(Eap request, int type, Octets body) {
        return new EapStep.Say(EapPackets.response(request.identifier(), type, body));
    }

    @Override
    public synchronized void close() {
        over = true;
        if (!handedOver) {
            method.flatMap(EapMethod::proof).ifPresent(proof -> proof.msk().close());
        }
        method.ifPresent(EapMethod::close);
    }
}
