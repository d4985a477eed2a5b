package io.culvert.ike.keys;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The secrets of one CREATE_CHILD_SA with the IKE_FOLLOWUP_KE exchanges after it.
///
/// Ownership: what is made of them leaves them as they are; whoever has collected them closes them.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9370#section-2.2.4 RFC 9370 section 2.2.4
/// @param first SK(0), of CREATE_CHILD_SA itself
/// @param additional SK(1) to SK(n), in the order of their exchanges
public record SharedSecrets(KeyMaterial first, List<KeyMaterial> additional)
        implements AutoCloseable {
    /// Copies the list.
    public SharedSecrets {
        additional = List.copyOf(additional);
    }

    /// Of a CREATE_CHILD_SA without additional key exchanges.
    public static SharedSecrets of(KeyMaterial first) {
        return new SharedSecrets(first, List.of());
    }

    /// These and one more.
    public SharedSecrets and(KeyMaterial next) {
        List<KeyMaterial> all = new ArrayList<>(additional);
        all.add(next);
        return new SharedSecrets(first, all);
    }

    /// `SK(0) | Ni | Nr | SK(1) | … | SK(n)`, to be overwritten by the caller.
    byte[] around(Octets nonceI, Octets nonceR) {
        int size = first.size() + nonceI.size() + nonceR.size();
        byte[] all = new byte[size + additional.stream().mapToInt(KeyMaterial::size).sum()];
        int at = copy(first, all, 0);
        nonceI.copyTo(all, at);
        at += nonceI.size();
        nonceR.copyTo(all, at);
        at += nonceR.size();
        for (KeyMaterial secret : additional) {
            at = copy(secret, all, at);
        }
        return all;
    }

    private static int copy(KeyMaterial secret, byte[] to, int at) {
        byte[] octets = secret.expose();
        System.arraycopy(octets, 0, to, at, octets.length);
        Arrays.fill(octets, (byte) 0);
        return at + octets.length;
    }

    /// Overwrites all of them.
    @Override
    public void close() {
        first.close();
        additional.forEach(KeyMaterial::close);
    }
}
