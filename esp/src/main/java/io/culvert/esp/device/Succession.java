package io.culvert.esp.device;

import java.util.ArrayList;
import java.util.List;

/// An SA and those that replace it by rekeying, in the order in which they send: the first one does, all receive.
///
/// Two that replace the same one, as after a simultaneous rekey, stand here together with it, so that whichever is
/// removed, one of the others goes on. Not safe for use by many threads.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.8 RFC 7296 section 2.8
final class Succession {
    private final List<InstalledSa> line = new ArrayList<>();

    Succession(InstalledSa first) {
        line.add(first);
    }

    /// The SA that sends.
    InstalledSa sender() {
        return line.getFirst();
    }

    boolean isEmpty() {
        return line.isEmpty();
    }

    /// Lets `next` send as soon as `previous` is removed.
    void follow(InstalledSa next, InstalledSa previous) {
        line.add(line.indexOf(previous) + 1, next);
    }

    /// Lets an SA of the line send.
    void lead(InstalledSa sa) {
        line.remove(sa);
        line.addFirst(sa);
    }

    void remove(InstalledSa sa) {
        line.remove(sa);
    }
}
