/// Linux through `java.lang.foreign`: the only module that needs native access.
module io.culvert.linux {
    requires transitive io.culvert.ipsec;
    requires static org.jspecify;

    exports io.culvert.linux.libcrypto;
    exports io.culvert.linux.route;
    exports io.culvert.linux.sys;
    exports io.culvert.linux.tun;
}
