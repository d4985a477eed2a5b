package io.culvert.app.requirements;

import io.culvert.app.requirements.Proofs.Proof;
import io.culvert.app.requirements.Requirement.Claim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The page `docs/rfc-table.md` and the table of standards in the README, made from
/// `docs/requirements` and from what the tests name. `bin/rfc-table` runs it.
public final class RfcTable {
    private static final String BEGIN = "<!-- made by bin/rfc-table -->\n";
    private static final String END = "<!-- end -->\n";

    private final RequirementPages pages;
    private final Proofs proofs;

    RfcTable(RequirementPages pages, Proofs proofs) {
        this.pages = pages;
        this.proofs = proofs;
    }

    static RfcTable read(Path root) throws IOException {
        return new RfcTable(
                RequirementPages.read(root.resolve("docs/requirements")), Proofs.read(root));
    }

    /// Writes both pages.
    ///
    /// @param arguments the root of the repository
    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[0]);
        RfcTable table = read(root);
        Files.writeString(root.resolve("docs/rfc-table.md"), table.page());
        Path readme = root.resolve("README.md");
        Files.writeString(readme, table.inReadme(Files.readString(readme)));
        List<String> problems = table.problems();
        problems.forEach(System.out::println);
        if (!problems.isEmpty()) {
            System.exit(1);
        }
    }

    /// What does not fit together: between the pages themselves, and between them and the tests.
    List<String> problems() {
        List<String> problems = new ArrayList<>(pages.problems());
        Set<String> known = new HashSet<>();
        for (Requirement requirement : pages.requirements()) {
            if (!Proofs.ID.matcher(requirement.id()).matches()) {
                problems.add(requirement.id() + ": not the form of an ID");
            }
            if (!known.add(requirement.id())) {
                problems.add(requirement.id() + ": listed twice in docs/requirements");
            }
            checkClaim(requirement, problems);
        }
        for (String id : proofs.ids()) {
            if (!known.contains(id)) {
                problems.add(id + ": not in docs/requirements, but named by " + shown(id, false));
            }
        }
        for (Standard standard : pages.standards()) {
            checkStatus(standard, problems);
        }
        return problems;
    }

    private void checkClaim(Requirement requirement, List<String> problems) {
        boolean named = !proofs.of(requirement.id()).isEmpty();
        if (requirement.claim().shown() && !named) {
            problems.add(
                    requirement.id()
                            + ": no test names it; name it in one that shows it, or say in its row"
                            + " of docs/requirements \"no: why\"");
        }
        if (!requirement.claim().shown() && named) {
            problems.add(
                    "%s: docs/requirements says \"%s\", but it is named by %s"
                            .formatted(
                                    requirement.id(),
                                    requirement.claim().word(),
                                    shown(requirement.id(), false)));
        }
    }

    private static void checkStatus(Standard standard, List<String> problems) {
        for (Requirement requirement : standard.requirements()) {
            Claim claim = requirement.claim();
            if (standard.status().startsWith("yes")
                    && requirement.binding()
                    && (claim == Claim.NO || claim == Claim.PART)) {
                problems.add(
                        "%s: the status of %s is yes, but this says %s"
                                .formatted(requirement.id(), standard.name(), claim.word()));
            }
            if (standard.status().startsWith("no") && claim.shown()) {
                problems.add(
                        "%s: the status of %s is no, but tests show this"
                                .formatted(requirement.id(), standard.name()));
            }
        }
    }

    /// The README with its table of standards renewed.
    String inReadme(String readme) {
        int from = readme.indexOf(BEGIN) + BEGIN.length();
        int to = readme.indexOf(END, from);
        if (from < BEGIN.length() || to < 0) {
            throw new IllegalStateException("README.md has no place for the table of standards");
        }
        StringBuilder rows = new StringBuilder("| Standard | What | Status |\n|---|---|---|\n");
        for (Standard standard : pages.standards()) {
            if (standard.hasStatus()) {
                rows.append(
                        "| %s | %s | %s |\n"
                                .formatted(standard.name(), standard.what(), standard.status()));
            }
        }
        return readme.substring(0, from) + rows + readme.substring(to);
    }

    /// The whole page.
    String page() {
        StringBuilder page = new StringBuilder();
        page.append(
                """
                <!-- Made by bin/rfc-table from docs/requirements and from what the tests name. Do not edit:
                     docs/requirements/README.md tells how to change it. -->
                # What the standards ask, and which test shows it

                One row for each requirement, in our words; the standard's own words count. How to read a status:

                - **yes**: kept, and the tests named beside it show so
                - **part**: kept in part, and what is missing
                - **no**: not kept, and why
                - **untested**: kept as far as we know, but no test shows it, and why
                - **note**: asks nothing of a program

                """);
        page.append("Altogether: ").append(count(pages.requirements())).append(".\n\n");
        page.append("| Standard | Status | Requirements |\n|---|---|---|\n");
        for (Standard standard : pages.standards()) {
            page.append(
                    "| [%s](#%s) | %s | %s |\n"
                            .formatted(
                                    standard.title(),
                                    anchor(standard.title()),
                                    standard.status(),
                                    count(standard.requirements())));
        }
        pages.standards().forEach(standard -> section(standard, page));
        return page.toString();
    }

    private void section(Standard standard, StringBuilder page) {
        page.append("\n## ").append(standard.title()).append('\n');
        if (standard.hasStatus()) {
            page.append("\nStatus: ").append(standard.status()).append('\n');
        }
        for (Standard.Group group : standard.groups()) {
            if (!group.heading().isEmpty()) {
                page.append("\n### ").append(group.heading()).append('\n');
            }
            page.append("\n| ID | Level | Where | What is asked | Status | Shown by |\n");
            page.append("|---|---|---|---|---|---|\n");
            for (Requirement requirement : group.requirements()) {
                page.append(
                        "| %s | %s | %s | %s | %s | %s |\n"
                                .formatted(
                                        requirement.id(),
                                        requirement.level(),
                                        requirement.where(),
                                        requirement.says(),
                                        requirement.status(),
                                        shown(requirement.id(), true)));
            }
        }
    }

    /// The tests that name a requirement, each class once.
    private String shown(String id, boolean linked) {
        Map<String, Set<String>> methods = new TreeMap<>();
        Map<String, String> files = new TreeMap<>();
        for (Proof proof : proofs.of(id)) {
            files.put(proof.file(), proof.type());
            Set<String> named = methods.computeIfAbsent(proof.file(), file -> new TreeSet<>());
            if (!proof.method().isEmpty()) {
                named.add(proof.method());
            }
        }
        return files.entrySet().stream()
                .map(file ->
                        (linked
                                        ? "[%s](../%s)".formatted(file.getValue(), file.getKey())
                                        : file.getValue())
                                + methods.getOrDefault(file.getKey(), Set.of()).stream()
                                        .collect(Collectors.joining(", ", " ", ""))
                                        .stripTrailing())
                .collect(Collectors.joining("; "));
    }

    private static String count(List<Requirement> requirements) {
        List<String> parts = new ArrayList<>();
        for (Claim claim : Claim.values()) {
            long number = requirements.stream().filter(each -> each.claim() == claim).count();
            if (number > 0) {
                parts.add(number + " " + claim.word());
            }
        }
        return parts.isEmpty() ? "none listed" : String.join(", ", parts);
    }

    /// Where the heading is on the page, as those who show Markdown name it.
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 _-]", "").replace(' ', '-');
    }
}
