package io.culvert.app.requirements;

import io.culvert.app.requirements.Requirement.Claim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// The reader of `docs/requirements/*.md`.
///
/// `##` begins a standard ("name: what it is about"), a line `Status:` says what there is of it, `###`
/// begins a group, and a line of a table is a requirement: ID, level, section, what is asked, remark.
final class RequirementPages {
    private static final int COLUMNS = 5;

    private final List<Standard> standards = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    private String title = "";
    private String status = "";
    private List<Standard.Group> groups = new ArrayList<>();

    private RequirementPages() {}

    /// Reads all pages in the order of their names, the explanation in `README.md` left out.
    static RequirementPages read(Path folder) throws IOException {
        RequirementPages pages = new RequirementPages();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".md") && !name.equals("README.md")) {
                    pages.page(name, Files.readAllLines(file));
                }
            }
        }
        return pages;
    }

    /// Reads one page.
    static RequirementPages parse(String name, String text) {
        RequirementPages pages = new RequirementPages();
        pages.page(name, text.lines().toList());
        return pages;
    }

    List<Standard> standards() {
        return standards;
    }

    List<Requirement> requirements() {
        return standards.stream().flatMap(standard -> standard.requirements().stream()).toList();
    }

    /// What could not be read, with page and line.
    List<String> problems() {
        return problems;
    }

    private void page(String name, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            line(name + ":" + (i + 1), lines.get(i).strip());
        }
        endStandard();
    }

    private void line(String place, String line) {
        if (line.startsWith("### ")) {
            groups.add(new Standard.Group(line.substring(4), new ArrayList<>()));
        } else if (line.startsWith("## ")) {
            endStandard();
            title = line.substring(3);
        } else if (line.startsWith("Status: ")) {
            status = line.substring("Status: ".length());
            if (!status.matches("(yes|part|no)\\b.*")) {
                problems.add(place + ": a status begins with yes, part or no");
            }
        } else if (line.startsWith("|") && !line.startsWith("|---") && !line.startsWith("| ID ")) {
            row(place, line);
        }
    }

    private void row(String place, String line) {
        List<String> cells =
                Arrays.stream(line.substring(1).split("(?<!\\\\)\\|", -1))
                        .map(String::strip)
                        .toList();
        if (cells.size() != COLUMNS + 1 || title.isEmpty()) {
            problems.add(place + ": not a row of ID, level, section, what is asked and remark");
            return;
        }
        if (groups.isEmpty()) {
            groups.add(new Standard.Group("", new ArrayList<>()));
        }
        String remark = cells.get(4);
        int colon = remark.indexOf(": ");
        Claim claim = Claim.YES;
        if (!remark.isEmpty()) {
            try {
                claim = Claim.valueOf(remark.substring(0, colon).toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException | StringIndexOutOfBoundsException unknown) {
                problems.add(
                        place
                                + ": a remark begins with part:, no:, untested: or note:, or is empty");
                return;
            }
        }
        String reason = remark.isEmpty() ? "" : remark.substring(colon + 2);
        groups.getLast()
                .requirements()
                .add(
                        new Requirement(
                                cells.get(0),
                                cells.get(1),
                                cells.get(2),
                                cells.get(3),
                                claim,
                                reason));
    }

    private void endStandard() {
        if (!title.isEmpty()) {
            int colon = title.indexOf(": ");
            standards.add(
                    new Standard(
                            colon < 0 ? "" : title.substring(0, colon),
                            colon < 0 ? title : title.substring(colon + 2),
                            status,
                            groups));
        }
        title = "";
        status = "";
        groups = new ArrayList<>();
    }
}
