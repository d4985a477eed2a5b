package io.culvert.app.config;

import io.culvert.app.config.Section.Item;
import io.culvert.app.config.Settings.StartAction;
import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.Lifespan;
import io.culvert.ike.api.SelectorTemplate;
import io.culvert.ike.proposal.EspProposal;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the tables `[connections.*.children.*]`.
///
final class ChildReader {
    private static final String SELECTOR_RIGHT =
            "write \"dynamic\", an address, a prefix or a range, if wanted with [protocol/port]:"
                    + " \"10.0.0.0/8[tcp/443]\"";
    private static final String TRAP = "trap";
    private static final int SMALLEST_WINDOW = 32;
    private static final int LARGEST_WINDOW = 4096;
    private static final int USUAL_WINDOW = 1024;

    private ChildReader() {}

    /// A child, when it starts, and whether it is set up again when the peer is lost or has closed it.
    record Child(
            ChildConfig config, StartAction startAction, boolean afterLoss, boolean afterClose) {}

    static Child read(String name, Section section) {
        List<SelectorTemplate> local = selectors(section, "local-ts");
        List<SelectorTemplate> remote = selectors(section, "remote-ts");
        List<EspProposal> proposals =
                section
                        .parsedAll(
                                "esp-proposals",
                                ProposalParser::esp,
                                "write algorithms as strongSwan does, such as \"aes128gcm16-x25519\"")
                        .stream()
                        .flatMap(List::stream)
                        .toList();
        refuse(section, "start-action", TRAP, "write \"start\" or \"none\"");
        ChildSaSpec.Mode mode =
                section.choice(
                                "mode",
                                Map.of(
                                        "tunnel",
                                        ChildSaSpec.Mode.TUNNEL,
                                        "transport",
                                        ChildSaSpec.Mode.TRANSPORT))
                        .orElse(ChildSaSpec.Mode.TUNNEL);
        if (mode == ChildSaSpec.Mode.TRANSPORT && !(isHost(local) && isHost(remote))) {
            section.error(
                    "mode",
                    "is \"transport\", which is between two hosts",
                    "write local-ts and remote-ts that are \"dynamic\" or one address, or mode ="
                            + " \"tunnel\"");
        }
        Optional<StartAction> start =
                section.text("start-action").filter(TRAP::equals).isPresent()
                        ? Optional.empty()
                        : section.choice(
                                "start-action",
                                Map.of("none", StartAction.NONE, "start", StartAction.START));
        boolean startsItself = start.filter(StartAction.START::equals).isPresent();
        boolean afterLoss = restart(section, "dpd-action", startsItself);
        boolean afterClose = restart(section, "close-action", startsItself);
        int window =
                (int)
                        section.number(
                                "replay-window", SMALLEST_WINDOW, LARGEST_WINDOW, USUAL_WINDOW);
        Lifetime lifetime = lifetime(section);
        Lifespan lifespan = LifespansReader.ofChild(section);
        section.complainOfUnknownKeys();
        ChildConfig config =
                new ChildConfig(
                        name,
                        local,
                        remote,
                        proposals.isEmpty() ? ProposalParser.esp("default") : proposals,
                        mode,
                        lifetime,
                        lifespan,
                        window);
        return new Child(config, start.orElse(StartAction.NONE), afterLoss, afterClose);
    }

    /// The words of both generations of `swanctl.conf`.
    private static boolean restart(Section section, String key, boolean startsItself) {
        refuse(section, key, TRAP, "write \"restart\" or \"clear\"");
        if (section.text(key).filter(TRAP::equals).isPresent()) {
            return false;
        }
        return section.choice(
                        key, Map.of("restart", true, "start", true, "clear", false, "none", false))
                .orElse(startsItself);
    }

    private static List<SelectorTemplate> selectors(Section section, String key) {
        List<SelectorTemplate> selectors =
                section.parsedAll(key, Notation::selector, SELECTOR_RIGHT);
        return selectors.isEmpty() ? List.of(SelectorTemplate.Dynamic.ANY) : selectors;
    }

    private static boolean isHost(List<SelectorTemplate> selectors) {
        return selectors.stream()
                .allMatch(template ->
                        switch (template) {
                            case SelectorTemplate.Dynamic _ -> true;
                            case SelectorTemplate.Fixed(TrafficSelector selector) ->
                                    selector.isOneAddress();
                        });
    }

    private static void refuse(Section section, String key, String word, String right) {
        section.item(key)
                .filter(item -> item.text().equals(word))
                .ifPresent((Item item) ->
                        section.error(
                                item, "\"" + word + "\" is not supported in this version", right));
    }

    private static Lifetime lifetime(Section section) {
        long hardOctets = section.number("life-bytes", 0, Long.MAX_VALUE, 0);
        long hardPackets = section.number("life-packets", 0, Long.MAX_VALUE, 0);
        long softOctets = section.number("rekey-bytes", 0, Long.MAX_VALUE, soft(hardOctets));
        long softPackets = section.number("rekey-packets", 0, Long.MAX_VALUE, soft(hardPackets));
        if (hardOctets > 0 && softOctets > hardOctets) {
            section.error("rekey-bytes", "is above life-bytes", "write less than life-bytes");
        }
        if (hardPackets > 0 && softPackets > hardPackets) {
            section.error("rekey-packets", "is above life-packets", "write less than life-packets");
        }
        return new Lifetime(softOctets, hardOctets, softPackets, hardPackets);
    }

    // nine tenths, as swanctl.conf has it
    private static long soft(long hard) {
        return hard / 10 * 9;
    }
}
