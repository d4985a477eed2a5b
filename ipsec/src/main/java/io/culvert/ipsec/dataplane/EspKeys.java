package io.culvert.ipsec.dataplane;

import io.culvert.ipsec.value.KeyMaterial;

/// The keys of one direction of a Child SA.
///
/// @param encryption the encryption key, salt included at its end
/// @param integrity the integrity key; empty with an AEAD
public record EspKeys(KeyMaterial encryption, KeyMaterial integrity) {}
