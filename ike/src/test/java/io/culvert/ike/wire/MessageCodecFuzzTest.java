package io.culvert.ike.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Runs its corpus as a plain test; with `JAZZER_FUZZ=1` it looks for more.
final class MessageCodecFuzzTest {
    private static final MessageCodec CODEC = new MessageCodec();

    @FuzzTest(maxDuration = "1m")
    @DisplayName("any octets are decoded; what is a message is encoded to the same message")
    void anyMessage(byte[] octets) {
        if (CODEC.decode(Octets.of(octets)) instanceof DecodeResult.Decoded(IkeMessage message)) {
            assertThat(Readings.of(message.payloads())).isNotNull();
            assertThat(CODEC.decode(MessageCodec.encode(message)))
                    .isEqualTo(new DecodeResult.Decoded(message));
        }
    }

    /// The first octet is the type of the first payload.
    @FuzzTest(maxDuration = "1m")
    @DisplayName("any decrypted octets are decoded; what is a chain is encoded to the same chain")
    void anyChain(byte[] octets) {
        if (octets.length == 0) {
            return;
        }
        PayloadType first = new PayloadType(octets[0] & 0xff);
        Octets chain = Octets.copyOf(octets, 1, octets.length - 1);
        if (CODEC.decodePayloads(first, chain)
                instanceof ChainResult.Payloads(List<Payload> payloads)) {
            assertThat(Readings.of(payloads)).isNotNull();
            assertThat(
                            CODEC.decodePayloads(
                                    PayloadChain.firstType(payloads),
                                    MessageCodec.encodePayloads(payloads)))
                    .isEqualTo(new ChainResult.Payloads(payloads));
        }
    }

    @Test
    @DisplayName("the corpus has messages and chains, not only garbage")
    void theCorpusIsDecoded() throws IOException, URISyntaxException {
        assertThat(corpus("anyMessage"))
                .map(CODEC::decode)
                .filteredOn(DecodeResult.Decoded.class::isInstance)
                .hasSizeGreaterThanOrEqualTo(7);
        assertThat(corpus("anyChain"))
                .map(o -> CODEC.decodePayloads(new PayloadType(o.u8(0)), o.slice(1)))
                .hasSizeGreaterThanOrEqualTo(7)
                .allMatch(ChainResult.Payloads.class::isInstance);
    }

    private static List<Octets> corpus(String target) throws IOException, URISyntaxException {
        URL folder =
                Objects.requireNonNull(
                        MessageCodecFuzzTest.class.getResource(
                                "MessageCodecFuzzTestInputs/" + target));
        List<Octets> inputs = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(folder.toURI()))) {
            for (Path file : files) {
                inputs.add(Octets.wrap(Files.readAllBytes(file)));
            }
        }
        return inputs;
    }
}
