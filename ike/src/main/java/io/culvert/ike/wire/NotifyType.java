package io.culvert.ike.wire;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The notify message types that have a name here. Errors are below 16384, status types from there on.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.10.1 RFC 7296 section 3.10.1
public enum NotifyType {
    /// A payload with the Critical flag was not understood.
    UNSUPPORTED_CRITICAL_PAYLOAD(1),
    /// A message for an IKE SA that does not exist.
    INVALID_IKE_SPI(4),
    /// The major version is not spoken here.
    INVALID_MAJOR_VERSION(5),
    /// A message was malformed.
    INVALID_SYNTAX(7),
    /// A message ID outside the window.
    INVALID_MESSAGE_ID(9),
    /// An ESP packet with an unknown SPI.
    INVALID_SPI(11),
    /// No proposal is acceptable.
    NO_PROPOSAL_CHOSEN(14),
    /// The KE payload is for another method than the chosen one.
    INVALID_KE_PAYLOAD(17),
    /// The peer could not be authenticated.
    AUTHENTICATION_FAILED(24),
    /// Only a single pair of addresses is acceptable.
    SINGLE_PAIR_REQUIRED(34),
    /// No more Child SAs on this IKE SA.
    NO_ADDITIONAL_SAS(35),
    /// No address could be assigned.
    INTERNAL_ADDRESS_FAILURE(36),
    /// A configuration request was required.
    FAILED_CP_REQUIRED(37),
    /// No traffic selectors are acceptable.
    TS_UNACCEPTABLE(38),
    /// An ESP packet did not match its SA's selectors.
    INVALID_SELECTORS(39),
    /// New addresses are not acceptable, RFC 4555.
    UNACCEPTABLE_ADDRESSES(40),
    /// A NAT where none was allowed, RFC 4555.
    UNEXPECTED_NAT_DETECTED(41),
    /// The home address was not the assigned one, RFC 5026.
    USE_ASSIGNED_HOA(42),
    /// Try again later.
    TEMPORARY_FAILURE(43),
    /// The Child SA to be rekeyed does not exist.
    CHILD_SA_NOT_FOUND(44),
    /// Unknown group; group keying.
    INVALID_GROUP_ID(45),
    /// Not authorized; group keying.
    AUTHORIZATION_FAILED(46),
    /// An additional key exchange without its beginning, RFC 9370.
    STATE_NOT_FOUND(47),
    /// No more Child SAs with these selectors, RFC 9611.
    TS_MAX_QUEUE(48),
    /// Registration failed; group keying.
    REGISTRATION_FAILED(49),
    /// This is the only IKE SA between these identities.
    INITIAL_CONTACT(16384),
    /// How many requests the sender keeps state for.
    SET_WINDOW_SIZE(16385),
    /// Other traffic selectors would have been acceptable too.
    ADDITIONAL_TS_POSSIBLE(16386),
    /// Compression is possible.
    IPCOMP_SUPPORTED(16387),
    /// Hash of the sender's address.
    NAT_DETECTION_SOURCE_IP(16388),
    /// Hash of the receiver's address.
    NAT_DETECTION_DESTINATION_IP(16389),
    /// A cookie to be returned.
    COOKIE(16390),
    /// Transport mode instead of tunnel mode.
    USE_TRANSPORT_MODE(16391),
    /// Certificates may be given by URL.
    HTTP_CERT_LOOKUP_SUPPORTED(16392),
    /// The Child SA that the new one replaces.
    REKEY_SA(16393),
    /// The sender does not accept TFC padding.
    ESP_TFC_PADDING_NOT_SUPPORTED(16394),
    /// Fragments without ports go through the same SA.
    NON_FIRST_FRAGMENTS_ALSO(16395),
    /// MOBIKE is understood, RFC 4555.
    MOBIKE_SUPPORTED(16396),
    /// A further address of the sender, RFC 4555.
    ADDITIONAL_IP4_ADDRESS(16397),
    /// A further address of the sender, RFC 4555.
    ADDITIONAL_IP6_ADDRESS(16398),
    /// The sender has no further address, RFC 4555.
    NO_ADDITIONAL_ADDRESSES(16399),
    /// Use the addresses of this message from now on, RFC 4555.
    UPDATE_SA_ADDRESSES(16400),
    /// Return routability check, RFC 4555.
    COOKIE2(16401),
    /// The addresses that must not have been translated, RFC 4555.
    NO_NATS_ALLOWED(16402),
    /// When to authenticate again, RFC 4478.
    AUTH_LIFETIME(16403),
    /// Several authentications are understood, RFC 4739.
    MULTIPLE_AUTH_SUPPORTED(16404),
    /// Another authentication follows, RFC 4739.
    ANOTHER_AUTH_FOLLOWS(16405),
    /// Redirects are understood, RFC 5685.
    REDIRECT_SUPPORTED(16406),
    /// Go to another gateway, RFC 5685.
    REDIRECT(16407),
    /// The gateway that sent the client here, RFC 5685.
    REDIRECTED_FROM(16408),
    /// A ticket with its lifetime, RFC 5723.
    TICKET_LT_OPAQUE(16409),
    /// A ticket is wanted, RFC 5723.
    TICKET_REQUEST(16410),
    /// A ticket will follow, RFC 5723.
    TICKET_ACK(16411),
    /// No ticket, or the ticket is refused, RFC 5723.
    TICKET_NACK(16412),
    /// A ticket is presented, RFC 5723.
    TICKET_OPAQUE(16413),
    /// A link-local interface ID, RFC 5739.
    LINK_ID(16414),
    /// Wrapped ESP, RFC 5840.
    USE_WESP_MODE(16415),
    /// Header compression, RFC 5857.
    ROHC_SUPPORTED(16416),
    /// EAP alone is enough, RFC 5998.
    EAP_ONLY_AUTHENTICATION(16417),
    /// IKE_AUTH without a Child SA is possible, RFC 6023.
    CHILDLESS_IKEV2_SUPPORTED(16418),
    /// A token that proves that an SA is lost, RFC 6290.
    QUICK_CRASH_DETECTION(16419),
    /// Message IDs can be synchronized, RFC 6311.
    IKEV2_MESSAGE_ID_SYNC_SUPPORTED(16420),
    /// Replay counters can be synchronized, RFC 6311.
    IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED(16421),
    /// Synchronizes message IDs, RFC 6311.
    IKEV2_MESSAGE_ID_SYNC(16422),
    /// Synchronizes replay counters, RFC 6311.
    IPSEC_REPLAY_COUNTER_SYNC(16423),
    /// Secure password methods, RFC 6467.
    SECURE_PASSWORD_METHODS(16424),
    /// Password-authenticated key exchange, RFC 6631.
    PSK_PERSIST(16425),
    /// Password-authenticated key exchange, RFC 6631.
    PSK_CONFIRM(16426),
    /// EAP re-authentication, RFC 6867.
    ERX_SUPPORTED(16427),
    /// IP flow mobility; 3GPP.
    IFOM_CAPABILITY(16428),
    /// Wants to send in a group; group keying.
    GROUP_SENDER(16429),
    /// Encrypted messages may be fragmented, RFC 7383.
    IKEV2_FRAGMENTATION_SUPPORTED(16430),
    /// Hashes that are accepted in signatures, RFC 7427.
    SIGNATURE_HASH_ALGORITHMS(16431),
    /// An IKE SA can be cloned, RFC 7791.
    CLONE_IKE_SA_SUPPORTED(16432),
    /// Clones the IKE SA, RFC 7791.
    CLONE_IKE_SA(16433),
    /// A puzzle to be solved, RFC 8019.
    PUZZLE(16434),
    /// Postquantum pre-shared keys are understood, RFC 8784.
    USE_PPK(16435),
    /// Which postquantum pre-shared key, RFC 8784.
    PPK_IDENTITY(16436),
    /// AUTH without the postquantum pre-shared key, RFC 8784.
    NO_PPK_AUTH(16437),
    /// IKE_INTERMEDIATE is understood, RFC 9242.
    INTERMEDIATE_EXCHANGE_SUPPORTED(16438),
    /// Only IPv4 is given, RFC 8983.
    IP4_ALLOWED(16439),
    /// Only IPv6 is given, RFC 8983.
    IP6_ALLOWED(16440),
    /// Links IKE_FOLLOWUP_KE to what it follows, RFC 9370.
    ADDITIONAL_KEY_EXCHANGE(16441),
    /// Aggregation and fragmentation of inner packets, RFC 9347.
    USE_AGGFRAG(16442),
    /// Authentication methods that are accepted, RFC 9593.
    SUPPORTED_AUTH_METHODS(16443),
    /// What a further Child SA is for, RFC 9611.
    SA_RESOURCE_INFO(16444),
    /// Postquantum pre-shared keys in IKE_INTERMEDIATE, RFC 9867.
    USE_PPK_INT(16445),
    /// A postquantum pre-shared key and proof of it, RFC 9867.
    PPK_IDENTITY_KEY(16446),
    /// The sender accepts raw IKE over TCP. Private use, goes with [VendorId#IKE_OVER_TCP].
    IKE_TCP_SUPPORTED(50500),
    /// IKE over TCP beside ESP over IP or UDP. Private use, goes with [VendorId#IKE_OVER_TCP].
    SEPARATE_TRANSPORTS(50501);

    private static final Map<Integer, NotifyType> BY_CODE =
            Arrays.stream(values())
                    .collect(Collectors.toUnmodifiableMap(NotifyType::code, Function.identity()));

    private final int code;

    NotifyType(int code) {
        this.code = code;
    }

    /// The type with this number, if it has a name here.
    public static Optional<NotifyType> ofCode(int code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }

    /// The number on the wire, 16 bits.
    public int code() {
        return code;
    }

    /// Whether this reports an error.
    public boolean isError() {
        return code < Notify.FIRST_STATUS;
    }
}
