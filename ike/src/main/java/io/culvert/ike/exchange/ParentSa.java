package io.culvert.ike.exchange;

import io.culvert.ike.api.SessionContext;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.value.KeyMaterial;

/// The IKE SA in which CREATE_CHILD_SA takes place, as far as new keys come from it.
///
/// @param context what all sessions share
/// @param prf its prf
/// @param skD its SK_d; stays the SA's own
public record ParentSa(SessionContext context, PrfAlgorithm prf, KeyMaterial skD) {}
