package io.culvert.ike.eap;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The arithmetic of MS-CHAP-V2")
class ChapV2Test {
    private static final Octets SERVER = Octets.ofHex("5b5d7c7d7b3f2f3e3c2c602132262628");
    private static final Octets PEER = Octets.ofHex("21402324255e262a28295f2b3a337c7e");
    private static final Octets RESPONSE =
            Octets.ofHex("82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df");

    @ParameterizedTest
    @CsvSource({
        "'', 31d6cfe0d16ae931b73c59d7e0c089c0",
        "a, bde52cb31de33e46245e05fbdbd6fb24",
        "abc, a448017aaf21d8525fc10ae87aa6729d",
        "message digest, d9130a8164549fe818874806e1c7014b",
        "abcdefghijklmnopqrstuvwxyz, d79e1c308aa5bbcdeea8ed63df412da9",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789,"
                + " 043f8582f241db351ce627e153e7f0e4",
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890,"
                + " e33b4ddc9c38f2199c3e7b164fcc0536",
    })
    @DisplayName("MD4 digests as RFC 1320 appendix A.5 says")
    void md4(String message, String digest) {
        assertThat(Octets.wrap(Md4.digest(message.getBytes(StandardCharsets.US_ASCII))).toHex())
                .isEqualTo(digest);
    }

    @Test
    @DisplayName("the password's digest is that of RFC 2759 section 9.2")
    void passwordHash() {
        assertThat(Octets.wrap(hash().expose()).toHex())
                .isEqualTo("44ebba8d5312b8d611474411f56989ae");
    }

    @Test
    @DisplayName("the peer's proof is that of RFC 2759 section 9.2")
    void response() {
        assertThat(ChapV2.response(SERVER, PEER, "User", hash())).isEqualTo(RESPONSE);
    }

    @Test
    @DisplayName("the server's proof is that of RFC 2759 section 9.2")
    void authenticatorResponse() {
        assertThat(
                        ChapV2.shown(
                                ChapV2.authenticatorResponse(
                                        SERVER, PEER, "User", hash(), RESPONSE)))
                .isEqualTo("407A5589115FD0D6209F510FE9C04566932CDA56");
    }

    @Test
    @DisplayName("the key that the server sends with is that of RFC 3079 section 3.5.3")
    void keys() {
        Octets msk = Octets.wrap(ChapV2.msk(hash(), RESPONSE).expose());

        assertThat(msk.size()).isEqualTo(64);
        assertThat(msk.slice(16, 32).toHex()).isEqualTo("8b7cdc149b993a1ba118cb153f56dccb");
        assertThat(msk.slice(0, 16)).isNotEqualTo(msk.slice(16, 32));
        assertThat(msk.slice(32)).isEqualTo(Octets.wrap(new byte[32]));
    }

    @Test
    @DisplayName("a Windows domain in front of a name does not count")
    void domain() {
        assertThat(ChapV2.withoutDomain("EXAMPLE\\User")).isEqualTo("User");
        assertThat(ChapV2.withoutDomain("User")).isEqualTo("User");
    }

    private static KeyMaterial hash() {
        return ChapV2.passwordHash(
                KeyMaterial.wrap("password", "clientPass".getBytes(StandardCharsets.UTF_8)));
    }
}
