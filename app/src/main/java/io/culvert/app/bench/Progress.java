package io.culvert.app.bench;

/// Hears how far a benchmark is. For one thread.
@FunctionalInterface
public interface Progress {
    /// For those who do not want to know.
    Progress NONE = (_, _, _) -> {};

    /// It is so far.
    ///
    /// @param what what is being done, in a few words
    /// @param done how much of it is done
    /// @param whole how much there is to do
    void at(String what, long done, long whole);
}
