package io.culvert.app.config;

import io.culvert.app.config.Section.Item;
import io.culvert.ike.auth.PostQuantumPsks;
import io.culvert.ike.auth.PostQuantumPsks.Ppk;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads `ppk-id`, `ppk-required` and `ppk-in-intermediate` of a connection.
///
/// @param section the connection's table
/// @param ppks the keys that there are, by their names
record PpkReader(Section section, Map<String, KeyMaterial> ppks) {
    PostQuantumPsks read() {
        List<Ppk> keys = new ArrayList<>();
        for (Item item : section.items("ppk-id")) {
            KeyMaterial key = ppks.get(item.text());
            if (key == null) {
                section.error(
                        item,
                        "there is no PPK \"" + item.text() + "\"",
                        Section.nearest(item.text(), ppks.keySet())
                                .map(near -> "did you mean \"" + near + "\"?")
                                .orElse(
                                        "add a table [secrets.NAME] with ids = [\""
                                                + item.text()
                                                + "\"] and ppk-file = \"…\""));
            } else {
                keys.add(new Ppk(Octets.of(item.text().getBytes(StandardCharsets.UTF_8)), key));
            }
        }
        boolean required = section.flag("ppk-required", false);
        if (required && !section.has("ppk-id")) {
            section.error("ppk-required", "no PPK is named that could be required", "add a ppk-id");
        }
        boolean early = section.flag("ppk-in-intermediate", true);
        return keys.isEmpty() ? PostQuantumPsks.NONE : new PostQuantumPsks(keys, required, early);
    }
}
