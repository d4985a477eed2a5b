package io.culvert.app.requirements;

import java.util.List;

/// A standard, or a few that belong together: a section of a page in `docs/requirements`.
///
/// @param name its number or numbers
/// @param what what it is about
/// @param status "yes", "part" or "no", perhaps with an explanation; empty if this is no standard
/// @param groups its requirements
record Standard(String name, String what, String status, List<Group> groups) {

    /// Requirements under a heading of their own.
    ///
    /// @param heading empty where there is none
    record Group(String heading, List<Requirement> requirements) {}

    /// Whether it is one that a reader of the README asks for.
    boolean hasStatus() {
        return !status.isEmpty();
    }

    String title() {
        return name.isEmpty() ? what : name + ": " + what;
    }

    List<Requirement> requirements() {
        return groups.stream().flatMap(group -> group.requirements().stream()).toList();
    }
}
