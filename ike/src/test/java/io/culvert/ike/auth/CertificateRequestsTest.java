package io.culvert.ike.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.wire.CertificateEncoding;
import io.culvert.ike.wire.CertificateRequest;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.Octets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("CERTREQ payloads (IK-085)")
class CertificateRequestsTest {
    /// SHA-1 over the SubjectPublicKeyInfo, computed with OpenSSL and sha1sum.
    private static final Octets ROOT = Octets.ofHex("fa92af10265d7802af144d33ec985445094bb756");

    private static final Octets RSA_ROOT = Octets.ofHex("6a0ac037710fad445cd06b8e47621891a293b8fc");

    @Test
    @DisplayName("one payload with the hash of each authority's key, once")
    void hashes() {
        List<Payload> payloads =
                CertificateRequests.of(List.of(trust("root rsa-root"), trust("root")));
        assertThat(payloads)
                .singleElement()
                .isInstanceOfSatisfying(
                        CertificateRequest.class,
                        request -> {
                            assertThat(request.encoding())
                                    .isEqualTo(CertificateEncoding.X509_SIGNATURE);
                            assertThat(request.hashes()).containsExactly(ROOT, RSA_ROOT);
                        });
    }

    @Test
    @DisplayName("nothing is asked for if no authority is trusted, or a pre-shared key is expected")
    void nothing() {
        RemoteAuthentication shared = new RemoteAuthentication.PreSharedKey(IdentityPattern.ANY);
        assertThat(CertificateRequests.of(List.of(shared, trust("")))).isEmpty();
    }

    private static RemoteAuthentication trust(String anchors) {
        return CertificateValidationTest.trust(anchors, "leaf", "");
    }
}
