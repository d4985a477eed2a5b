package io.culvert.interop;

/// The client and the gateway of a scenario.
public record Parties(Side client, Side gateway) {

    /// Two sides that believe each other.
    public static Parties of(Lab lab, Authentication authentication) {
        if (authentication == Authentication.PSK) {
            return new Parties(
                    Side.withSecret(Side.CLIENT_IDENTITY, Side.SECRET),
                    Side.withSecret(Side.GATEWAY_IDENTITY, Side.SECRET));
        }
        Authority authority = Authority.create(lab, "ca", authentication.keys());
        return new Parties(
                Side.withCertificate(
                        Side.CLIENT_IDENTITY, authority.issue(Side.CLIENT_IDENTITY), authority),
                Side.withCertificate(
                        Side.GATEWAY_IDENTITY, authority.issue(Side.GATEWAY_IDENTITY), authority));
    }
}
