package io.culvert.ike.eap;

import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ike.auth.TlsCredentials;
import io.culvert.ipsec.value.KeyMaterial;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// The methods that we know ourselves: EAP-TLS and EAP-MSCHAPv2, on either side.
///
/// What a conversation lacks, such as a password, shows when the method is tried; only methods that can be tried at all
/// are offered.
///
/// @param methods which of them, best first
/// @param passwords whose passwords we know
/// @param random the only source of randomness
/// @param check judges certificates
/// @param stack the TLS of EAP-TLS
public record EapMethods(
        List<Kind> methods,
        SharedKeys passwords,
        SecureRandom random,
        CertificateCheck check,
        TlsStack stack)
        implements EapBackend {
    /// A method.
    public enum Kind {
        /// EAP-TLS, RFC 5216 and RFC 9190.
        TLS,
        /// EAP-MSCHAPv2.
        MSCHAPV2
    }

    /// With the JDK's TLS.
    public EapMethods(
            List<Kind> methods, SharedKeys passwords, SecureRandom random, CertificateCheck check) {
        this(methods, passwords, random, check, TlsStack.JDK);
    }

    /// Copies the list.
    public EapMethods {
        methods = List.copyOf(methods);
    }

    @Override
    public EapConversation open(EapOpening opening) {
        return switch (opening) {
            case EapOpening.Peer(LocalAuthentication.Eap us, Identity server) -> peer(us, server);
            case EapOpening.Server(RemoteAuthentication.Eap expected, Identity caller, var _) ->
                    server(expected, caller);
        };
    }

    private EapConversation peer(LocalAuthentication.Eap us, Identity server) {
        Map<Integer, Supplier<EapMethod>> known = new LinkedHashMap<>();
        for (Kind kind : methods) {
            switch (kind) {
                case TLS ->
                        us.tls()
                                .map(tls ->
                                        parties(true, us.name(), tls, us.server().orElse(server)))
                                .ifPresent(parties ->
                                        known.put(EapPackets.TLS, () -> new EapTls.Peer(parties)));
                case MSCHAPV2 ->
                        password(us.name())
                                .ifPresent(password ->
                                        known.put(
                                                EapPackets.MSCHAPV2,
                                                () ->
                                                        new MsChapV2.Peer(
                                                                us.name(), password, random)));
            }
        }
        return known.isEmpty()
                ? new Nothing("there is neither a secret nor a certificate for " + us.name())
                : new EapPeer(us.name(), known);
    }

    private EapConversation server(RemoteAuthentication.Eap expected, Identity caller) {
        Map<Integer, Function<String, EapMethod>> known = new LinkedHashMap<>();
        for (Kind kind : methods) {
            switch (kind) {
                case TLS ->
                        expected.tls()
                                .ifPresent(tls ->
                                        known.put(
                                                EapPackets.TLS,
                                                name ->
                                                        new EapTls.Server(
                                                                parties(
                                                                        false,
                                                                        name,
                                                                        tls,
                                                                        EapServer.identity(
                                                                                name)))));
                case MSCHAPV2 ->
                        known.put(
                                EapPackets.MSCHAPV2,
                                name -> new MsChapV2.Server(name, this::password, random));
            }
        }
        if (known.isEmpty()) {
            return new Nothing("there is no certificate of ours for EAP-TLS");
        }
        Optional<Identity> only = expected.eapIdentity().flatMap(IdentityPattern::exact);
        Optional<IdentityPattern> asksFor =
                only.isPresent() ? Optional.empty() : expected.eapIdentity();
        return new EapServer(only.orElse(caller).toString(), asksFor, known, random.nextInt(256));
    }

    private EapTls.Parties parties(
            boolean client, String name, TlsCredentials tls, Identity expected) {
        return new EapTls.Parties(
                name, stack, new TlsStack.Opening(client, tls, expected, random, check));
    }

    private Optional<KeyMaterial> password(String name) {
        Identity whose = EapServer.identity(name);
        return passwords.find(whose, whose);
    }

    /// A conversation that cannot be held.
    private record Nothing(String why) implements EapConversation {
        @Override
        public EapStep begin() {
            return new EapStep.Failed(why);
        }

        @Override
        public EapStep take(io.culvert.ike.wire.Eap packet) {
            return new EapStep.Failed(why);
        }

        @Override
        public void close() {}
    }
}
