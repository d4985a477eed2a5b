package io.culvert.app.requirements;

import java.util.Locale;

/// One thing that a standard asks: a row of a table in `docs/requirements`.
///
/// @param id what tests call it, such as `IK-023`
/// @param level MUST, SHOULD and so on, as the standard has it; "ours" for a decision of this project
/// @param where the section of the standard
/// @param says what is asked, in our words
/// @param claim what we say about it
/// @param reason why the claim is not simply that tests show it; empty if it is
record Requirement(String id, String level, String where, String says, Claim claim, String reason) {

    /// What Culvert says about a requirement.
    enum Claim {
        /// It is kept, and a test that names it shows so.
        YES,
        /// It is kept in part, as tests show, and the reason names what is missing.
        PART,
        /// It is not kept.
        NO,
        /// It is kept, but no test can show it, or none does.
        UNTESTED,
        /// It asks nothing of a program.
        NOTE;

        /// Whether tests name a requirement with this claim.
        boolean shown() {
            return this == YES || this == PART;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// The claim and its reason, as the pages show them.
    String status() {
        return reason.isEmpty() ? claim.word() : claim.word() + ": " + reason;
    }

    /// Whether the standard leaves no choice.
    boolean binding() {
        return level.startsWith("MUST");
    }
}
