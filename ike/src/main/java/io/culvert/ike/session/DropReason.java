package io.culvert.ike.session;

/// Why a message had no effect. Each is counted; none is more than that.
enum DropReason {
    /// Not an IKE message.
    MALFORMED,
    /// Not for the stage that the session is in.
    OUT_OF_STATE,
    /// The SPIs, or the Initiator flag, are not this IKE SA's.
    WRONG_SPI,
    /// The ICV is wrong.
    BAD_INTEGRITY,
    /// A message that has to be encrypted is not.
    NOT_PROTECTED,
    /// The message ID is outside the window.
    OUTSIDE_WINDOW,
    /// A request that came before; its answer was sent again, if there is one.
    REPEATED_REQUEST,
    /// A response to nothing that is outstanding.
    UNEXPECTED_RESPONSE,
    /// A response on a transport where its request was never sent (IT-016).
    RESPONSE_ON_WRONG_TRANSPORT,
    /// A repeated IKE_SA_INIT on another transport than the first (IT-05A).
    INIT_ON_OTHER_TRANSPORT,
    /// A response to IKE_SA_INIT that means nothing.
    USELESS_INIT_RESPONSE,
    /// A message by TCP encapsulation to an IKE SA that does not use it, or the other way round (IT-085, TE-030).
    OTHER_MODE,
    /// A fragment that was not negotiated, that came already, or that fits to nothing (E1-3).
    FRAGMENT
}
