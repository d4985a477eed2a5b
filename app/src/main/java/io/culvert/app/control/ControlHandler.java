package io.culvert.app.control;

import java.util.function.Consumer;

/// Does what clients of the control socket ask. Called by several threads at once.
@FunctionalInterface
public interface ControlHandler {
    /// Does it, however long it takes, and tells how it ended.
    ///
    /// @param progress takes lines for the person while it goes on; never fails, even if the client has gone
    Reply handle(Request request, Consumer<String> progress);
}
