package io.culvert.app.radius;

import io.culvert.app.radius.RadiusClient.Outcome;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.eap.EapBackend;
import io.culvert.ike.eap.EapConversation;
import io.culvert.ike.eap.EapOpening;
import io.culvert.ike.eap.EapStep;
import io.culvert.ike.wire.Eap;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Lets a RADIUS server authenticate peers: EAP goes through, whatever the method. We ask for the name only.
///
/// @spec https://www.rfc-editor.org/rfc/rfc3579#section-2 RFC 3579 section 2
public final class EapRelay implements EapBackend {
    private static final int IDENTITY = 1;
    private static final int EAP_HEADER_OCTETS = 5;
    private static final int SERVICE_FRAMED = 2;
    private static final int PORT_VIRTUAL = 5;

    /// What an EAP packet of the server may take up in a message of ours; methods with TLS cut theirs to fit.
    private static final int EAP_MTU_OCTETS = 1024;

    private static final int LONGEST_REMARK = 100;

    private final RadiusClient client;
    private final SecureRandom random;
    private final String nasIdentifier;

    /// A relay to these servers.
    ///
    /// @param random the only source of randomness
    public EapRelay(RadiusSettings settings, SecureRandom random) {
        client = new RadiusClient(settings, random);
        nasIdentifier = settings.nasIdentifier();
        this.random = random;
    }

    @Override
    public EapConversation open(EapOpening opening) {
        return new Conversation(opening);
    }

    /// One peer's. For one thread at a time, except [#close].
    private final class Conversation implements EapConversation {
        private final EapOpening opening;
        private final RadiusClient.Line line = client.line();
        private Optional<Octets> state = Optional.empty();
        private String name = "";
        private boolean awaitsName;

        private Conversation(EapOpening opening) {
            this.opening = opening;
        }

        @Override
        public synchronized EapStep begin() {
            return switch (opening) {
                case EapOpening.Peer _ ->
                        new EapStep.Failed("RADIUS is for those who are called, not who call");
                case EapOpening.Server(var expected, Identity caller, var _) -> {
                    Optional<IdentityPattern> pattern = expected.eapIdentity();
                    int identifier = random.nextInt(256);
                    if (pattern.isPresent() && pattern.get().exact().isEmpty()) {
                        awaitsName = true;
                        yield new EapStep.Say(identity(Eap.REQUEST, identifier, Octets.EMPTY));
                    }
                    name = pattern.flatMap(IdentityPattern::exact).orElse(caller).toString();
                    Octets octets = Octets.wrap(name.getBytes(StandardCharsets.UTF_8));
                    yield octets.size() > RadiusAttribute.MOST_OCTETS
                            ? new EapStep.Failed("the peer's name is too long for RADIUS")
                            : relay(identity(Eap.RESPONSE, identifier, octets));
                }
            };
        }

        @Override
        public synchronized EapStep take(Eap packet) {
            if (packet.code() != Eap.RESPONSE) {
                return new EapStep.Failed("EAP code " + packet.code() + " is out of turn");
            }
            if (awaitsName) {
                awaitsName = false;
                Optional<String> refusal = refusalOfName(packet);
                if (refusal.isPresent()) {
                    return new EapStep.Failed(refusal.get());
                }
            }
            return relay(packet);
        }

        private Optional<String> refusalOfName(Eap packet) {
            Octets said = packet.message().slice(EAP_HEADER_OCTETS);
            if (packet.method().orElseThrow() != IDENTITY) {
                return Optional.of("the peer does not say who it is");
            }
            Optional<String> text = text(said);
            if (text.isEmpty()) {
                return Optional.of("the peer's name is no text");
            }
            name = text.get();
            return fits(name) ? Optional.empty() : Optional.of("the peer is \"" + name + "\"");
        }

        private EapStep relay(Eap packet) {
            return switch (line.ask(attributes(packet))) {
                case Outcome.Unanswered(String why) -> new EapStep.Failed(why);
                case Outcome.Answered answer -> taken(answer);
            };
        }

        private List<RadiusAttribute> attributes(Eap packet) {
            List<RadiusAttribute> attributes = new ArrayList<>();
            attributes.add(RadiusAttribute.text(RadiusAttribute.USER_NAME, name));
            attributes.add(RadiusAttribute.text(RadiusAttribute.NAS_IDENTIFIER, nasIdentifier));
            attributes.add(RadiusAttribute.number(RadiusAttribute.NAS_PORT_TYPE, PORT_VIRTUAL));
            attributes.add(RadiusAttribute.number(RadiusAttribute.SERVICE_TYPE, SERVICE_FRAMED));
            attributes.add(RadiusAttribute.number(RadiusAttribute.FRAMED_MTU, EAP_MTU_OCTETS));
            if (opening instanceof EapOpening.Server(var _, var _, var from)) {
                attributes.add(
                        RadiusAttribute.text(
                                RadiusAttribute.CALLING_STATION_ID, from.getHostAddress()));
            }
            attributes.addAll(RadiusAttribute.eapMessage(packet.message()));
            state.ifPresent(s -> attributes.add(new RadiusAttribute(RadiusAttribute.STATE, s)));
            return attributes;
        }

        private EapStep taken(Outcome.Answered answer) {
            RadiusPacket packet = answer.packet();
            return switch (packet.code()) {
                case RadiusPacket.ACCESS_CHALLENGE -> {
                    state = packet.first(RadiusAttribute.STATE);
                    yield eap(packet, Eap.REQUEST)
                            .<EapStep>map(EapStep.Say::new)
                            .orElseGet(() ->
                                    new EapStep.Failed(
                                            "the RADIUS server's challenge has no request of EAP"));
                }
                case RadiusPacket.ACCESS_ACCEPT ->
                        eap(packet, Eap.SUCCESS)
                                .map(_ -> accepted(answer))
                                .orElseGet(() ->
                                        new EapStep.Failed(
                                                "the RADIUS server accepts without success of EAP"));
                default -> new EapStep.Failed("the RADIUS server refuses " + name + remark(packet));
            };
        }

        /// The server may say who it was that it accepted, and knows better than who asks.
        private EapStep accepted(Outcome.Answered accept) {
            String whom =
                    accept.packet()
                            .first(RadiusAttribute.USER_NAME)
                            .flatMap(EapRelay::text)
                            .orElse(name);
            if (!fits(whom)) {
                return new EapStep.Failed("the RADIUS server accepts \"" + whom + "\"");
            }
            Optional<KeyMaterial> key = client.masterSessionKey(accept);
            return new EapStep.Succeeded(key, whom, false);
        }

        /// Whether this is who may be authenticated.
        private boolean fits(String whom) {
            return switch (opening) {
                case EapOpening.Peer _ -> false;
                case EapOpening.Server(var expected, Identity caller, var _) ->
                        expected.eapIdentity()
                                .map(pattern -> pattern.accepts(identityOf(whom)))
                                .orElseGet(() -> whom.equals(caller.toString()));
            };
        }

        @Override
        public void close() {
            line.close();
        }
    }

    /// The EAP packet in an answer, if there is one with this code.
    private static Optional<Eap> eap(RadiusPacket packet, int code) {
        Octets whole =
                Octets.concat(packet.all(RadiusAttribute.EAP_MESSAGE).toArray(Octets[]::new));
        try {
            return Optional.of(new Eap(whole)).filter(eap -> eap.code() == code);
        } catch (IllegalArgumentException notEap) {
            return Optional.empty();
        }
    }

    private static Eap identity(int code, int identifier, Octets name) {
        int size = EAP_HEADER_OCTETS + name.size();
        Octets header =
                Octets.of(
                        (byte) code,
                        (byte) identifier,
                        (byte) (size >>> 8),
                        (byte) size,
                        (byte) IDENTITY);
        return new Eap(Octets.concat(header, name));
    }

    private static Identity identityOf(String name) {
        try {
            return Identity.parse(name);
        } catch (IllegalArgumentException notWritten) {
            return new Identity(
                    Identity.ID_KEY_ID, Octets.wrap(name.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /// A name in UTF-8 that fits into an attribute, without control characters.
    private static Optional<String> text(Octets octets) {
        String text = new String(octets.toArray(), StandardCharsets.UTF_8);
        boolean readable =
                octets.size() <= RadiusAttribute.MOST_OCTETS
                        && !text.isBlank()
                        && text.codePoints()
                                .noneMatch(c -> Character.isISOControl(c) || c == 0xfffd);
        return readable ? Optional.of(text) : Optional.empty();
    }

    /// What the server says to people, if it can be read.
    private static String remark(RadiusPacket reject) {
        return reject.first(RadiusAttribute.REPLY_MESSAGE)
                .flatMap(EapRelay::text)
                .map(said -> said.substring(0, Math.min(said.length(), LONGEST_REMARK)))
                .map(said -> ": \"" + said + "\"")
                .orElse(": name, password or certificate is wrong");
    }
}
