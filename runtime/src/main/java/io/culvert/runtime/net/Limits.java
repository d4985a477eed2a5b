package io.culvert.runtime.net;

import java.time.Duration;

/// Every bound of the runtime, with its reason. Nothing in it is unbounded.
///
/// @param headerTime how long an accepted connection may take to its first complete header (IT-008)
/// @param messageTime how long a message may take from its first octet to its last (IT-008)
/// @param rawIdle how long an accepted connection with raw IKE stays after the last response (IT-027)
/// @param unconfirmedIdle how long an accepted connection with encapsulation stays idle before an authenticated peer
///     uses it; as long as a half-open SA lives
/// @param unusedTime how long a connection stays that no session uses any more (TE-044)
/// @param answerTime how long a connection stays whose peer has said all and waits for our answers (IT-026)
/// @param closeTime how long we wait for the peer's end of a connection that we close, so that what we sent last is
///     not lost in a reset
/// @param connectTime how long opening a connection may take where no session says otherwise (IT-036)
/// @param unconfirmedPerAddress connections of one address, or of one IPv6 /64, on which nothing authentic has come
///     (IT-009)
/// @param unconfirmedTotal such connections of all addresses (IT-009)
/// @param ikeBacklogOctets IKE that waits for a peer that does not read; beyond it the connection is closed
/// @param espBacklogPackets ESP packets that wait for a connection; beyond it the oldest go (TE-102)
/// @param espBacklogTime how long an ESP packet waits before it is worthless (TE-102)
/// @param receiveBuffers buffers for received packets, each as large as a datagram can be
/// @param mailboxMessages messages that wait for a session; beyond it UDP is dropped and TCP is not read
/// @param frontDeskMessages messages of strangers that wait for admission
public record Limits(
        Duration headerTime,
        Duration messageTime,
        Duration rawIdle,
        Duration unconfirmedIdle,
        Duration unusedTime,
        Duration answerTime,
        Duration closeTime,
        Duration connectTime,
        int unconfirmedPerAddress,
        int unconfirmedTotal,
        int ikeBacklogOctets,
        int espBacklogPackets,
        Duration espBacklogTime,
        int receiveBuffers,
        int mailboxMessages,
        int frontDeskMessages) {
    /// What an endpoint has that configures nothing.
    public static final Limits DEFAULT =
            new Limits(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(5),
                    64,
                    4096,
                    2 * 1024 * 1024,
                    256,
                    Duration.ofMillis(200),
                    128,
                    64,
                    1024);

    /// These limits with other times for accepted connections to say something (IT-008).
    public Limits withMessageTimes(Duration header, Duration message) {
        return new Limits(
                header,
                message,
                rawIdle,
                unconfirmedIdle,
                unusedTime,
                answerTime,
                closeTime,
                connectTime,
                unconfirmedPerAddress,
                unconfirmedTotal,
                ikeBacklogOctets,
                espBacklogPackets,
                espBacklogTime,
                receiveBuffers,
                mailboxMessages,
                frontDeskMessages);
    }

    /// These limits with other caps on connections on which nothing authentic has come (IT-009).
    public Limits withUnconfirmed(int perAddress, int total) {
        return new Limits(
                headerTime,
                messageTime,
                rawIdle,
                unconfirmedIdle,
                unusedTime,
                answerTime,
                closeTime,
                connectTime,
                perAddress,
                total,
                ikeBacklogOctets,
                espBacklogPackets,
                espBacklogTime,
                receiveBuffers,
                mailboxMessages,
                frontDeskMessages);
    }

    /// These limits with other bounds on what waits for sessions and for the front desk.
    public Limits withMailboxes(int mailbox, int frontDesk) {
        return new Limits(
                headerTime,
                messageTime,
                rawIdle,
                unconfirmedIdle,
                unusedTime,
                answerTime,
                closeTime,
                connectTime,
                unconfirmedPerAddress,
                unconfirmedTotal,
                ikeBacklogOctets,
                espBacklogPackets,
                espBacklogTime,
                receiveBuffers,
                mailbox,
                frontDesk);
    }

    /// These limits with another bound on the ESP that waits for a connection (TE-102).
    public Limits withEspBacklog(int packets, Duration time) {
        return new Limits(
                headerTime,
                messageTime,
                rawIdle,
                unconfirmedIdle,
                unusedTime,
                answerTime,
                closeTime,
                connectTime,
                unconfirmedPerAddress,
                unconfirmedTotal,
                ikeBacklogOctets,
                packets,
                time,
                receiveBuffers,
                mailboxMessages,
                frontDeskMessages);
    }
}
