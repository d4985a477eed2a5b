package io.culvert.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What tshark, an independent reader of our wire format, found in a capture.
public record Dissection(List<Frame> frames) {
    private static final String DISSECTOR = "ike-over-tcp.lua";

    /// One frame that holds IKE or ESP.
    ///
    /// @param protocols the layers, such as `eth:ethertype:ip:udp:udpencap:esp:ip:icmp`
    /// @param exchange the IKE exchange type's number, or empty
    /// @param payloads the IKE payload types in order, also those inside the encrypted payload when it could be opened
    /// @param malformed what tshark calls malformed, or empty
    /// @param complaint its warnings and errors, or empty
    /// @param icvGood whether ESP's integrity check value was found right
    public record Frame(
            int number,
            String protocols,
            String exchange,
            List<String> payloads,
            String malformed,
            String complaint,
            boolean icvGood) {

        /// Copies the payloads.
        public Frame {
            payloads = List.copyOf(payloads);
        }

        public boolean isIke() {
            return protocols.contains(":isakmp");
        }

        public boolean isEsp() {
            return protocols.contains(":esp");
        }

        /// Whether ESP was opened with the keys, down to the inner IP header.
        public boolean isOpenedEsp() {
            return isEsp() && protocols.contains(":esp:ip");
        }

        /// Whether an encrypted IKE message was opened and held payloads.
        ///
        /// An opened message that is empty, as in a liveness check, cannot be told from one that was not opened.
        public boolean isOpenedIke() {
            int encrypted = payloads.indexOf("46");
            return isIke() && encrypted >= 0 && encrypted + 1 < payloads.size();
        }
    }

    /// Copies the list.
    public Dissection {
        frames = List.copyOf(frames);
    }

    /// Reads a capture with the keys of a key log, which must have Wireshark's own file names.
    public static Dissection read(Host host, Path capture, Path keyLog) {
        Path script = host.write(DISSECTOR, resource(DISSECTOR));
        Finished tshark =
                host.run(
                                Map.of("WIRESHARK_CONFIG_DIR", keyLog.toString()),
                                java.time.Duration.ofSeconds(60),
                                List.of(
                                        "tshark",
                                        "-n",
                                        "-X",
                                        "lua_script:" + script,
                                        "-o",
                                        "esp.enable_encryption_decode:TRUE",
                                        "-o",
                                        "esp.enable_authentication_check:TRUE",
                                        "-r",
                                        capture.toString(),
                                        "-Y",
                                        "isakmp || esp || _ws.malformed",
                                        "-T",
                                        "fields",
                                        "-E",
                                        "separator=|",
                                        "-e",
                                        "frame.number",
                                        "-e",
                                        "frame.protocols",
                                        "-e",
                                        "isakmp.exchangetype",
                                        "-e",
                                        "isakmp.typepayload",
                                        "-e",
                                        "_ws.malformed",
                                        "-e",
                                        "_ws.expert.message",
                                        "-e",
                                        "esp.icv_good"))
                        .orFail();
        if (tshark.errors().contains("Error loading table")) {
            throw new AssertionError(tshark.errors());
        }
        return new Dissection(tshark.output().lines().map(Dissection::frame).toList());
    }

    private static Frame frame(String line) {
        String[] fields = line.split("\\|", -1);
        return new Frame(
                Integer.parseInt(fields[0]),
                fields[1],
                fields[2],
                fields[3].isEmpty() ? List.of() : List.of(fields[3].split(",")),
                fields[4],
                fields[5],
                fields[6].startsWith("1") || fields[6].startsWith("True"));
    }

    private static String resource(String name) {
        try (InputStream in = Dissection.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
