/// IKEv2 as a pure function of its inputs: no sockets, no threads, no clock.
module io.culvert.ike {
    requires transitive io.culvert.ipsec;
    requires static org.jspecify;

    exports io.culvert.ike.api;
    exports io.culvert.ike.auth;
    exports io.culvert.ike.eap;
    exports io.culvert.ike.keys;
    exports io.culvert.ike.proposal;
    exports io.culvert.ike.session;
    exports io.culvert.ike.ticket;
    exports io.culvert.ike.transport;
    exports io.culvert.ike.wire;
}
