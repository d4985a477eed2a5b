package io.culvert.ipsec.crypto;

import java.math.BigInteger;

/// A MODP group of RFC 3526: a safe prime and the generator 2.
///
/// The RFC defines each prime of n bits by the digits of pi, so that nobody can have chosen it:
///
///     p = 2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + k)
///
/// where k is the least number that makes p a safe prime. That is how it is computed here.
///
/// @spec https://www.rfc-editor.org/rfc/rfc3526#section-3 RFC 3526 section 3
enum ModpGroup {
    G14(2048, 124476, 320),
    G15(3072, 1690314, 420),
    G16(4096, 240904, 480),
    G17(6144, 929484, 540),
    G18(8192, 4743158, 620);

    private final int bits;
    private final int exponentBits;
    private final BigInteger prime;

    ModpGroup(int bits, long k, int exponentBits) {
        this.bits = bits;
        this.exponentBits = exponentBits;
        BigInteger digits = Pi.DIGITS.shiftRight(Pi.FRACTION_BITS - (bits - 130));
        prime =
                power(bits)
                        .subtract(power(bits - 64))
                        .subtract(BigInteger.ONE)
                        .add(digits.add(BigInteger.valueOf(k)).shiftLeft(64));
    }

    static ModpGroup of(KeyExchangeMethod method) {
        return switch (method) {
            case MODP_2048 -> G14;
            case MODP_3072 -> G15;
            case MODP_4096 -> G16;
            case MODP_6144 -> G17;
            case MODP_8192 -> G18;
            case ECP_256,
                    ECP_384,
                    ECP_521,
                    CURVE25519,
                    CURVE448,
                    ML_KEM_512,
                    ML_KEM_768,
                    ML_KEM_1024 ->
                    throw new IllegalArgumentException(method + " is not a MODP group");
        };
    }

    BigInteger prime() {
        return prime;
    }

    /// The octets of a public value and of the shared secret.
    int octets() {
        return bits / 8;
    }

    /// The size of a private exponent: the larger of the two estimates that the RFC gives.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc3526#section-8 RFC 3526 section 8
    int exponentBits() {
        return exponentBits;
    }

    private static BigInteger power(int exponent) {
        return BigInteger.ONE.shiftLeft(exponent);
    }

    /// Pi, cut after as many binary digits as the largest group needs.
    private static final class Pi {
        static final int FRACTION_BITS = 8192 - 130;
        static final BigInteger DIGITS =
                new BigInteger(
                        """
                        C90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22
                        514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245
                        E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5
                        AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A
                        69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D
                        670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E8603
                        9B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE5
                        15D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64
                        ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D7
                        1E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64
                        521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB31
                        43DB5BFCE0FD108E4B82D120A92108011A723C12A787E6D788719A10BDBA5B26
                        99C327186AF4E23C1A946834B6150BDA2583E9CA2AD44CE8DBBBC2DB04DE8EF9
                        2E8EFC141FBECAA6287C59474E6BC05D99B2964FA090C3A2233BA186515BE7ED
                        1F612970CEE2D7AFB81BDD762170481CD0069127D5B05AA993B4EA988D8FDDC1
                        86FFB7DC90A6C08F4DF435C93402849236C3FAB4D27C7026C1D4DCB2602646DE
                        C9751E763DBA37BDF8FF9406AD9E530EE5DB382F413001AEB06A53ED9027D831
                        179727B0865A8918DA3EDBEBCF9B14ED44CE6CBACED4BB1BDB7F1447E6CC254B
                        332051512BD7AF426FB8F401378CD2BF5983CA01C64B92ECF032EA15D1721D03
                        F482D7CE6E74FEF6D55E702F46980C82B5A84031900B1C9E59E7C97FBEC7E8F3
                        23A97A7E36CC88BE0F1D45B7FF585AC54BD407B22B4154AACC8F6D7EBF48E1D8
                        14CC5ED20F8037E0A79715EEF29BE32806A1D58BB7C5DA76F550AA3D8A1FBFF0
                        EB19CCB1A313D55CDA56C9EC2EF29632387FE8D76E3C0468043E8F663F4860EE
                        12BF2D5B0B7474D6E694F91E6DBE115974A3926F12FEE5E438777CB6A932DF8C
                        D8BEC4D073B931BA3BC832B68D9DD300741FA7BF8AFC47ED2576F6936BA42466
                        3AAB639C5AE4F5683423B4742BF1C978238F16CBE39D652DE3FDB8BEFC848AD9
                        22222E04A4037C0713EB57A81A23F0C73473FC646CEA306B4BCBC8862F8385DD
                        FA9D4B7FA2C087E879683303ED5BDD3A062B3CF5B3A278A66D2A13F83F44F82D
                        DF310EE074AB6A364597E899A0255DC164F31CC50846851DF9AB48195DED7EA1
                        B1D510BD7EE74D73FAF36BC31ECFA268359046F4EB879F924009438B481C6CD7
                        889A002ED5EE382BC9190DA6FC026E479558E4475677E9AA9E3050E2765694DF
                        C81F56E880B96E7160C980DD98A573EA
                        """
                                .replaceAll("\\s", ""),
                        16);
    }
}
