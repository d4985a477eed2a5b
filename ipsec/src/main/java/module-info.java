/// The shared words of IPsec and the contracts between the rooms of Culvert.
module io.culvert.ipsec {
    requires static org.jspecify;
}
