package io.culvert.app.control;

/// The control socket cannot be used; the message tells the cause and the next step.
public final class ControlException extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param message cause and next step
    public ControlException(String message) {
        super(message);
    }

    /// @param message cause and next step
    public ControlException(String message, Throwable cause) {
        super(message, cause);
    }
}
