/// Where time passes and sockets exist: session actors, UDP, TCP, TLS, the blocking API.
module io.culvert.runtime {
    requires transitive io.culvert.ike;
    requires transitive io.culvert.ipsec;
    requires static org.jspecify;

    exports io.culvert.runtime.actor;
    exports io.culvert.runtime.clock;
    exports io.culvert.runtime.embed;
    exports io.culvert.runtime.net;
}
