package io.culvert.bench;

import io.culvert.ike.keys.OpenResult;
import io.culvert.ike.keys.SkProtection;
import io.culvert.ike.proposal.Encryption;
import io.culvert.ike.proposal.ProposalOffer;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ike.wire.ChainResult;
import io.culvert.ike.wire.DecodeResult;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.KeyExchangePayload;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Nonce;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What reading an IKE message costs: an IKE_SA_INIT request with the default proposals, the same content encrypted with
/// AES-GCM, and garbage that an attacker may send.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls prepare before anything else
public class DecoderBenchmark {
    private static final int X25519 = 31;

    private final MessageCodec codec = new MessageCodec();
    private Octets initRequest;
    private IkeMessage initMessage;
    private Octets encrypted;
    private Octets garbage;
    private PayloadType garbageType;
    private SkProtection protection;

    /// For the harness.
    public DecoderBenchmark() {}

    /// Builds the messages.
    @Setup(Level.Trial)
    public void prepare() {
        SecureRandom random = new SecureRandom();
        List<Payload> payloads =
                List.of(
                        ProposalOffer.ofIke(ProposalParser.ike("default")),
                        new KeyExchangePayload(X25519, octets(random, 32)),
                        new Nonce(octets(random, 32)),
                        new Notification.NatDetectionSource(octets(random, 20)).toNotify(),
                        new Notification.NatDetectionDestination(octets(random, 20)).toNotify(),
                        new Notification.SignatureHashAlgorithms(List.of(2, 3, 4, 5)).toNotify());
        IkeHeader header =
                IkeHeader.request(new IkeSpi(1), IkeSpi.ZERO, ExchangeType.IKE_SA_INIT, true, 0);
        initMessage = new IkeMessage(header, payloads);
        initRequest = MessageCodec.encode(initMessage);
        protection =
                new SkProtection(
                        new JdkCrypto(),
                        new Encryption(EncryptionAlgorithm.AES_GCM_16, 128),
                        IntegrityAlgorithm.NONE,
                        KeyMaterial.wrap("SK_ei", octets(random, 20).toArray()),
                        KeyMaterial.wrap("SK_ai", new byte[0]),
                        random);
        encrypted = protection.seal(header.withResponderSpi(new IkeSpi(2)), List.of(), payloads);
        garbageType = PayloadChain.firstType(payloads);
        garbage = octets(random, initRequest.size());
    }

    /// Decodes an IKE_SA_INIT request.
    ///
    /// @return the message
    @Benchmark
    public DecodeResult decodeInit() {
        return codec.decode(initRequest);
    }

    /// Encodes it.
    ///
    /// @return its octets
    @Benchmark
    public Octets encodeInit() {
        return MessageCodec.encode(initMessage);
    }

    /// Decodes, checks, decrypts and decodes an encrypted message.
    ///
    /// @return what is inside
    @Benchmark
    public ChainResult openAndDecode() {
        if (codec.decode(encrypted) instanceof DecodeResult.Decoded(IkeMessage message)
                && protection.open(encrypted, message)
                        instanceof OpenResult.Opened(PayloadType first, Octets plaintext)) {
            return codec.decodePayloads(first, plaintext);
        }
        throw new IllegalStateException("our own message was refused");
    }

    /// Decodes random octets as payloads.
    ///
    /// @return why they are none
    @Benchmark
    public ChainResult refuseGarbage() {
        return codec.decodePayloads(garbageType, garbage);
    }

    /// Forgets the keys.
    @TearDown
    public void close() {
        protection.close();
    }

    private static Octets octets(SecureRandom random, int size) {
        byte[] octets = new byte[size];
        random.nextBytes(octets);
        return Octets.wrap(octets);
    }
}
