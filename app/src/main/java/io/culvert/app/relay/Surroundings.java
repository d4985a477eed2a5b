package io.culvert.app.relay;

import io.culvert.runtime.clock.Timekeeper;

/// What all parts of a relay share.
record Surroundings(
        RelaySettings settings,
        Timekeeper timekeeper,
        Datagrams datagrams,
        EspCopies copies,
        Admission admission,
        Tally tally) {

    /// Counts what was not carried.
    void dropped(String reason) {
        tally.dropped().count(reason);
    }
}
