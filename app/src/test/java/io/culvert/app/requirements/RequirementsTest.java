package io.culvert.app.requirements;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.app.requirements.Requirement.Claim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The requirements in `docs/requirements`, the tests that name them, and the pages made from both
/// agree. What this says is put right as `docs/requirements/README.md` tells.
@DisplayName("Requirements")
class RequirementsTest {
    private static final Path ROOT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();

    private static final String PAGE =
            """
            ## RFC 1: first
            Status: part. Not all.
            | ID | Level | Where | What | Remark |
            |---|---|---|---|---|
            | IK-901 | MUST | 1 | this | |
            | IK-902 | MUST | 2 | that | no: hard |
            | IK-903 | SHOULD | 3 | more | part: not at night |
            """;

    private static final String TESTS =
            """
            @DisplayName("all (IK-901)")
            class OneTest {
                /// Shows IK-903.
                @Test void more() {}
                // IK-902 is not named here
                @Test @Disabled @DisplayName("IK-902") void off() {}
            }
            """;

    @Test
    @DisplayName("every requirement is named by a test or has its reason, and every name is known")
    void agree() throws IOException {
        RfcTable table = RfcTable.read(ROOT);

        assertThat(table.problems()).isEmpty();
    }

    @Test
    @DisplayName("docs/rfc-table.md and the README's table are what bin/rfc-table makes of them")
    void pagesAreNew() throws IOException {
        RfcTable table = RfcTable.read(ROOT);
        String readme = Files.readString(ROOT.resolve("README.md"));
        String what = "run bin/rfc-table and commit what it writes";

        boolean same = Files.readString(ROOT.resolve("docs/rfc-table.md")).equals(table.page());
        assertThat(same).as(what).isTrue();
        assertThat(readme.equals(table.inReadme(readme))).as(what).isTrue();
    }

    @Test
    @DisplayName(
            "what no test shows of the transports stands in LIMITATIONS.md with its reason, and nothing that one does")
    void limitations() throws IOException {
        Pattern transports = Pattern.compile("\\b(?:TE|IT|ST)-[0-9A-F]{3}\\b");
        Set<String> told =
                transports
                        .matcher(Files.readString(ROOT.resolve("LIMITATIONS.md")))
                        .results()
                        .map(MatchResult::group)
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> notShown =
                RequirementPages.read(ROOT.resolve("docs/requirements")).requirements().stream()
                        .filter(r -> r.claim() == Claim.NO || r.claim() == Claim.UNTESTED)
                        .map(Requirement::id)
                        .filter(transports.asMatchPredicate())
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(told).isEqualTo(notShown);
    }

    @Test
    @DisplayName("names in display names and documentation count, comments and disabled tests not")
    void names() throws IOException {
        Proofs proofs = Proofs.parse("ike/src/test/java/OneTest.java", TESTS);

        assertThat(proofs.ids()).containsExactly("IK-901", "IK-903");
        assertThat(proofs.of("IK-903").first().method()).isEqualTo("more");
        assertThat(proofs.of("IK-901").first().method()).isEmpty();
        assertThat(Proofs.parse("X.java", "class X { String s = \"IK-901\"; }").ids()).isEmpty();
    }

    @Test
    @DisplayName("what agrees is no problem")
    void noProblem() throws IOException {
        assertThat(table(PAGE, TESTS).problems()).isEmpty();
        assertThat(table(PAGE, TESTS).page())
                .contains("[OneTest](../ike/src/test/java/OneTest.java) more", "no: hard");
    }

    @Test
    @DisplayName("each way to disagree is a problem")
    void problems() throws IOException {
        assertThat(table(PAGE, "class X {}").problems())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("IK-901: no test names it");
        assertThat(table(PAGE, TESTS.replace("IK-901", "IK-901, IK-902")).problems())
                .singleElement()
                .asString()
                .contains("IK-902", "\"no\"", "OneTest");
        assertThat(table(PAGE, TESTS.replace("IK-901", "IK-901, IK-999")).problems())
                .singleElement()
                .asString()
                .contains("IK-999: not in docs/requirements");
        assertThat(table(PAGE.replace("Status: part", "Status: yes"), TESTS).problems())
                .singleElement()
                .asString()
                .contains("IK-902", "is yes");
        assertThat(table(PAGE.replace("Status: part", "Status: no"), TESTS).problems()).hasSize(2);
        assertThat(table(PAGE.replace("Status: part", "Status: nearly"), TESTS).problems())
                .hasSize(1);
        assertThat(table(PAGE.replace("IK-902", "IK-901"), TESTS).problems())
                .contains("IK-901: listed twice in docs/requirements");
        assertThat(table(PAGE.replace("no: hard", "hard"), TESTS).problems()).hasSize(1);
        assertThat(table(PAGE.replace("| MUST | 2 ", "| MUST "), TESTS).problems()).hasSize(1);
    }

    private static RfcTable table(String page, String tests) throws IOException {
        return new RfcTable(
                RequirementPages.parse("page.md", page),
                Proofs.parse("ike/src/test/java/OneTest.java", tests));
    }
}
