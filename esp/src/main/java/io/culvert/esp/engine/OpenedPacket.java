package io.culvert.esp.engine;

/// What opening a packet found beside the payload. Filled anew by each [InboundSa#open] that gives
/// [OpenResult#OPENED], so that the data path allocates nothing; one for each thread.
public final class OpenedPacket {
    private int nextHeader;
    private boolean newest;

    /// Nothing found yet.
    public OpenedPacket() {}

    /// The Next Header: the IP protocol of the payload, 0 to 255.
    public int nextHeader() {
        return nextHeader;
    }

    /// Whether the sequence number is higher than all before.
    public boolean isNewest() {
        return newest;
    }

    void set(int newNextHeader, boolean isNewest) {
        nextHeader = newNextHeader;
        newest = isNewest;
    }
}
