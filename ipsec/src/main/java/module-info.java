/// The shared words of IPsec and the contracts between the rooms of Culvert.
module io.culvert.ipsec {
    requires static org.jspecify;

    exports io.culvert.ipsec.crypto;
    exports io.culvert.ipsec.dataplane;
    exports io.culvert.ipsec.packet;
    exports io.culvert.ipsec.value;
}
