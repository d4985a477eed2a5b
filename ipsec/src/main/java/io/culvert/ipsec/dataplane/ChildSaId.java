package io.culvert.ipsec.dataplane;

/// Names a Child SA (a pair of ESP SAs) between negotiation and data plane; unique in the process.
///
/// @param value any number
public record ChildSaId(long value) {}
