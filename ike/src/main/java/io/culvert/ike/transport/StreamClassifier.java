package io.culvert.ike.transport;

import io.culvert.ipsec.value.Octets;

/// Tells from the first octets of an accepted connection how messages are told apart on it (IT-084).
///
/// Six octets decide at the latest; a first octet that the prefix does not have decides at once.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9329#section-4 RFC 9329 section 4
public final class StreamClassifier {
    private StreamClassifier() {}

    /// What the first octets say.
    public enum Verdict {
        /// All octets so far are the beginning of the prefix.
        UNDECIDED,
        /// The whole prefix: [StreamFraming#TCP_ENCAPSULATION] follows.
        ENCAPSULATED,
        /// Not the prefix: these octets begin an IKE header, [StreamFraming#IKE_TCP].
        RAW
    }

    /// Looks at the octets received so far.
    ///
    /// @param first the first octets, six of which count
    public static Verdict verdict(Octets first) {
        int compared = Math.min(first.size(), StreamFrames.PREFIX.size());
        if (!StreamFrames.PREFIX.startsWith(first.slice(0, compared))) {
            return Verdict.RAW;
        }
        return compared == StreamFrames.PREFIX.size() ? Verdict.ENCAPSULATED : Verdict.UNDECIDED;
    }
}
