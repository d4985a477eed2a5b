package io.culvert.sim.endpoint;

import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Question;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.eap.EapStep;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.sim.network.Violation;
import java.net.InetAddress;
import java.security.PublicKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The addresses that an endpoint gives to its peers.
public final class Leases {
    private static final int MOST = 60_000;

    /// Who has an address, in how many sessions.
    private record Holder(Identity identity, int sessions) {}

    private final Map<InetAddress, Holder> held = new LinkedHashMap<>();
    private final Map<Octets, PublicKey> certificates;
    private int given;

    /// Addresses of 10.9.0.0/16, none twice before all were given; no certificate is trusted.
    public Leases() {
        this(Map.of());
    }

    /// The same, and certificates that are trusted.
    ///
    /// @param certificates the keys of trusted certificates, by their octets
    public Leases(Map<Octets, PublicKey> certificates) {
        this.certificates = Map.copyOf(certificates);
    }

    /// How many are leased.
    public int held() {
        return held.size();
    }

    Answer answer(Question question) {
        return switch (question) {
            case Question.LeaseAddresses(var identity, _, var wanted) -> lease(identity, wanted);
            case Question.ValidateCertificate(_, var chain, _) -> validate(chain);
            case Question.ContinueEap _ ->
                    new Answer.EapContinued(new EapStep.Failed("there is no EAP here"));
        };
    }

    private Answer validate(List<Octets> chain) {
        Optional<PublicKey> key = chain.stream().findFirst().map(first -> certificates.get(first));
        return key.<Answer>map(k -> new Answer.CertificateAccepted(k, "CN=simulated"))
                .orElseGet(() -> new Answer.CertificateRefused("nobody here trusts it"));
    }

    void release(InetAddress address) {
        Holder holder = held.remove(address);
        if (holder == null) {
            throw new Violation("the address " + address + " was not leased");
        }
        if (holder.sessions > 1) {
            held.put(address, new Holder(holder.identity, holder.sessions - 1));
        }
    }

    void releaseAll() {
        held.clear();
    }

    private Answer lease(Identity identity, List<InetAddress> wanted) {
        for (InetAddress address : wanted) {
            Holder holder = held.get(address);
            if (holder != null && holder.identity.equals(identity)) {
                // who authenticates anew keeps its address until the older session is gone
                held.put(address, new Holder(identity, holder.sessions + 1));
                return new Answer.AddressesLeased(List.of(address), List.of());
            }
        }
        int number = 1 + given++ % MOST;
        InetAddress address =
                IpPrefix.parseAddress("10.9.%d.%d".formatted(number >> 8, number & 0xff));
        if (held.putIfAbsent(address, new Holder(identity, 1)) != null) {
            return new Answer.AddressesRefused("all addresses are leased");
        }
        return new Answer.AddressesLeased(List.of(address), List.of());
    }
}
