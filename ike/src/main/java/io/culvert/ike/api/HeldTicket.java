package io.culvert.ike.api;

import io.culvert.ipsec.value.Octets;

/// A ticket that a client holds, with what it has to know itself to resume by it.
///
/// @param ticket what the gateway gave, as it was given
/// @param state the IKE SA that it stands for
public record HeldTicket(Octets ticket, Resumable state) {}
