package io.culvert.sim.table;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ipsec.value.Octets;
import io.culvert.sim.network.Dice;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What makes messages small or large. A part of the table.
@SuppressWarnings("ImmutableEnumChecker") // filled once, and never changed
public enum MessageSize {
    /// A pre-shared key: no message has more than some 300 octets.
    PSK("pre-shared key", 0, "aes128gcm16-prfsha256-x25519"),
    /// Both ends prove themselves with four certificates of 2048 octets, so that IKE_AUTH has 8 kB each way.
    CHAIN_8_KB("certificate chains of 8 kB", 4, "aes128gcm16-prfsha256-x25519"),
    /// The same, and a post-quantum key exchange of 1.6 kB each way before it.
    CHAIN_AND_ML_KEM(
            "ML-KEM-1024 and certificate chains of 8 kB",
            4,
            "aes128gcm16-prfsha256-x25519-ke1_mlkem1024"),
    /// Thirty certificates of 2048 octets: 60 kB each way, as much as one message over TCP can well have.
    CHAIN_60_KB("certificate chains of 60 kB", 30, "aes128gcm16-prfsha256-x25519");

    private static final int CERTIFICATE = 2048;
    private static final String ALGORITHM = "Ed25519";

    private final String title;
    private final List<IkeProposal> proposals;
    private final List<Octets> chain = new ArrayList<>();
    private final KeyPair keys;

    MessageSize(String title, int certificates, String proposal) {
        this.title = title;
        proposals = ProposalParser.ike(proposal);
        Dice dice = new Dice(certificates);
        for (int i = 0; i < certificates; i++) {
            byte[] octets = new byte[CERTIFICATE];
            dice.nextBytes(octets);
            chain.add(Octets.of(octets));
        }
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
            generator.initialize(255, dice);
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    /// For people.
    public String title() {
        return title;
    }

    /// The certificates that a simulated end trusts, with the key of each. They are as large as real ones but have no
    /// content: nobody looks into them here.
    Map<Octets, PublicKey> certificates() {
        return chain.isEmpty() ? Map.of() : Map.of(chain.getFirst(), keys.getPublic());
    }

    /// A connection where the two ends prove themselves in this way.
    ConnectionConfig of(ConnectionConfig plain) {
        LocalAuthentication local = plain.local();
        RemoteAuthentication remote = plain.remote();
        if (!chain.isEmpty()) {
            local = signing(local.identity());
            remote = trusting(remote.identity());
        }
        return new ConnectionConfig(
                plain.name(),
                plain.localAddresses(),
                plain.remoteAddresses(),
                plain.transports(),
                proposals,
                local,
                remote,
                plain.virtualIps(),
                plain.pools(),
                plain.children(),
                plain.uniqueness(),
                plain.childless(),
                plain.mobike(),
                plain.natsAllowed(),
                plain.limits(),
                plain.timers(),
                plain.ppks());
    }

    private LocalAuthentication signing(Identity identity) {
        return new LocalAuthentication.Signature(identity, chain, keys.getPrivate(), ALGORITHM);
    }

    private RemoteAuthentication trusting(IdentityPattern identity) {
        return new RemoteAuthentication.Signature(identity, List.of(), List.of(), List.of());
    }
}
